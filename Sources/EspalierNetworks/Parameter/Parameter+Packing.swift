public import EspalierTensors

extension Parameter {
  /// The survivors as a matrix; nil unless the parameter is packed.
  public var packed: SparseMatrix? { pattern.map { SparseMatrix($0, values: storage) } }

  /// Stores only the survivors from now on; nothing to do when packed already.
  ///
  /// Traps unless the shape has two dimensions. Costs time and, for a moment, memory in proportion to the values.
  public mutating func pack() {
    guard pattern == nil else { return }
    precondition(shape.count == 2, "a parameter of shape \(shape) cannot be packed: it is no matrix")
    let matrix = SparseMatrix(storage, mask: denseMask ?? Mask(ones: shape))
    storage = matrix.values
    pattern = matrix.pattern
    denseMask = nil
  }

  /// Stores all values from now on, the pruned ones as zeros under a mask; nothing to do when dense. Traps when there are
  /// more than `mostDenseValues`.
  public mutating func unpack() {
    guard let matrix = packed else { return }
    requireDensifiable("being unpacked")
    denseMask = matrix.pattern.mask
    pattern = nil
    storage = matrix.dense
  }

  /// The gradient, or a moment, of every value from that of the stored ones: 0 for what is pruned.
  package func unpacked(_ stored: Tensor) -> Tensor {
    if let pattern {
      requireDensifiable("a dense gradient")
      return SparseMatrix(pattern, values: stored).dense
    }
    var values = stored.reshaped(to: shape)
    if let denseMask { values.zero(outside: denseMask) }
    return values
  }
}
