/// Why a matrix has no factorisation.
public enum FactorisationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The leading part of this many rows and columns is the first that is not positive definite, as computed.
  case notPositiveDefinite(order: Int, of: Int)
  /// A value is infinite or not a number.
  case notFinite(row: Int, column: Int)
  /// The singular values did not converge.
  case didNotConverge

  /// One line.
  public var description: String {
    switch self {
    case .notPositiveDefinite(let order, let size):
      "expected a positive definite matrix, found that the first \(order) of its \(size) rows and columns are not one"
    case .notFinite(let row, let column):
      "expected finite values, found one that is not in row \(row), column \(column)"
    case .didNotConverge: "the singular values did not converge"
    }
  }
}

extension Tensor {
  /// The rows and columns of a matrix, all of whose values are finite; throws for others, traps for what is no matrix.
  package func finiteMatrix() throws(FactorisationError) -> (rows: Int, columns: Int) {
    precondition(shape.count == 2, "a tensor of shape \(shape) is no matrix to be factorised")
    let columns = shape[1]
    if let position = withUnsafeValues({ $0.firstIndex { !$0.isFinite } }) {
      throw .notFinite(row: position / columns, column: position % columns)
    }
    return (shape[0], columns)
  }
}
