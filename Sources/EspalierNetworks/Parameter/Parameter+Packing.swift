public import EspalierTensors

extension Parameter {
  /// The survivors as a matrix; nil unless the parameter is packed.
  public var packed: SparseMatrix? { pattern.map { SparseMatrix($0, values: storage) } }

  /// Stores only the survivors from now on; nothing to do when packed already.
  ///
  /// What has more than two dimensions is packed as the matrix of its first one by all others: a convolution's filters are
  /// the rows. Traps with fewer than two dimensions. Costs time and, for a moment, memory in proportion to the values.
  public mutating func pack() {
    guard pattern == nil else { return }
    precondition(shape.count >= 2, "a parameter of shape \(shape) cannot be packed: it is no matrix")
    let matrixShape = [shape[0], shape.dropFirst().reduce(1, *)]
    let mask = denseMask?.reshaped(to: matrixShape) ?? Mask(ones: matrixShape)
    let matrix = SparseMatrix(storage.reshaped(to: matrixShape), mask: mask)
    storage = matrix.values
    pattern = matrix.pattern
    denseMask = nil
  }

  /// Stores all values from now on, the pruned ones as zeros under a mask; nothing to do when dense. Traps when there are
  /// more than `mostDenseValues`.
  public mutating func unpack() {
    guard let matrix = packed else { return }
    requireDensifiable("being unpacked")
    denseMask = matrix.pattern.mask.reshaped(to: shape)
    pattern = nil
    storage = matrix.dense.reshaped(to: shape)
  }

  /// The gradient, or a moment, of every value from that of the stored ones: 0 for what is pruned.
  package func unpacked(_ stored: Tensor) -> Tensor {
    if let pattern {
      requireDensifiable("a dense gradient")
      return SparseMatrix(pattern, values: stored).dense.reshaped(to: shape)
    }
    var values = stored.reshaped(to: shape)
    if let denseMask { values.zero(outside: denseMask) }
    return values
  }
}
