/// A matrix seen through two strides: element `(row, column)` is `base[row * rowStride + column * columnStride]`.
///
/// A transposition is a swap of the strides, so the code below `ReferenceProducts.sgemm` knows none.
/// The view does not own its memory.
struct StridedMatrix {
  var base: UnsafePointer<Float>
  var rowStride: Int
  var columnStride: Int

  /// The view of `op(X)`, where `X` is stored row-major with `stride` elements from row to row.
  init(_ base: UnsafePointer<Float>, stride: Int, transposed: Bool) {
    self.base = base
    rowStride = transposed ? 1 : stride
    columnStride = transposed ? stride : 1
  }

  private init(base: UnsafePointer<Float>, rowStride: Int, columnStride: Int) {
    self.base = base
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// The same elements with rows and columns exchanged.
  var transposed: StridedMatrix {
    StridedMatrix(base: base, rowStride: columnStride, columnStride: rowStride)
  }

  /// The part that begins at `(row, column)`.
  @inline(__always)
  func from(row: Int, column: Int) -> StridedMatrix {
    StridedMatrix(
      base: base + (row &* rowStride &+ column &* columnStride),
      rowStride: rowStride, columnStride: columnStride)
  }
}
