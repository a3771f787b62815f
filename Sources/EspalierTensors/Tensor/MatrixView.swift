/// A borrowed, contiguous matrix of `rows` × `columns` `Float`s: what layers and kernels pass among themselves.
///
/// Activations are feature-major: a row is a feature, a column a sample of the batch, so one row is contiguous over
/// the batch. The view does not own its memory; whoever lends it (a `Workspace`, a `Tensor`) says how long it lives.
public struct MatrixView {
  /// The first element of the first row.
  public let base: UnsafeMutablePointer<Float>
  /// Features.
  public let rows: Int
  /// Samples of the batch; also the distance between rows.
  public let columns: Int

  /// A view of `rows` × `columns` values that start at `base`.
  public init(base: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a matrix cannot be \(rows) × \(columns)")
    self.base = base
    self.rows = rows
    self.columns = columns
  }

  /// How many values the view covers.
  public var count: Int { rows * columns }

  /// All values, row after row.
  public var values: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  /// The value of feature `row` for sample `column`; traps outside the matrix.
  public subscript(row: Int, column: Int) -> Float {
    get { base[offset(row, column)] }
    nonmutating set { base[offset(row, column)] = newValue }
  }

  private func offset(_ row: Int, _ column: Int) -> Int {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "element (\(row), \(column)) outside a \(rows) × \(columns) matrix")
    return row * columns + column
  }
}
