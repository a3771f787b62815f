internal import EspalierNetworks
internal import EspalierTensors

/// How weights belong together when they are to go together.
public enum WeightGroups: String, Sendable, Hashable, Codable, CaseIterable {
  /// The weights of one output: a row of a matrix (a neuron), a filter of a convolution [outputs, inputs, …].
  case rows
  /// The weights of one input: a column of a matrix, an input channel of a convolution.
  case columns

  /// The number of groups of a parameter; traps on shapes of fewer than two dimensions.
  func count(in parameter: Parameter) -> Int {
    let shape = parameter.shape
    precondition(shape.count >= 2, "a parameter of shape \(shape) has no rows and columns")
    return self == .rows ? shape[0] : shape[1]
  }

  /// The values of one group, pruned ones included.
  func size(in parameter: Parameter) -> Int {
    let groups = count(in: parameter)
    return groups == 0 ? 0 : parameter.count / groups
  }

  /// Calls `body` with the position of every stored value of a parameter of this shape and pattern, and with its group;
  /// padding is left out.
  @inline(__always)
  func forEach(
    _ shape: [Int], _ pattern: SparsePattern?, _ body: (_ position: Int, _ group: Int) -> Void
  ) {
    if let pattern {
      let inner = shape.dropFirst(2).reduce(1, *)
      return pattern.forEachSurvivor { row, column, slot in body(slot, self == .rows ? row : column / inner) }
    }
    let inner = shape.dropFirst(2).reduce(1, *)
    var position = 0
    for row in 0..<shape[0] {
      for column in 0..<shape[1] {
        for _ in 0..<inner {
          body(position, self == .rows ? row : column)
          position += 1
        }
      }
    }
  }
}
