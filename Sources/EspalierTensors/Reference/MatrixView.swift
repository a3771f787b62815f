/// A matrix seen through two strides: element `(row, column)` is `base[row * rowStride + column * columnStride]`.
///
/// A transposition is a swap of the strides, so the code below `ReferenceProducts.sgemm` knows none.
/// The view does not own its memory.
struct MatrixView {
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
  var transposed: MatrixView {
    MatrixView(base: base, rowStride: columnStride, columnStride: rowStride)
  }

  /// The part that begins at `(row, column)`.
  @inline(__always)
  func from(row: Int, column: Int) -> MatrixView {
    MatrixView(
      base: base + (row &* rowStride &+ column &* columnStride),
      rowStride: rowStride, columnStride: columnStride)
  }
}

/// The destination of a product: row-major, written as `alpha * product + beta * destination`.
struct ProductTarget {
  var base: UnsafeMutablePointer<Float>
  var stride: Int
  var alpha: Float
  var beta: Float

  /// The same destination after a first part of the product has been written: the rest is added to it.
  var accumulating: ProductTarget {
    var target = self
    target.beta = 1
    return target
  }

  /// The part that begins at `(row, column)`.
  @inline(__always)
  func from(row: Int, column: Int) -> ProductTarget {
    var target = self
    target.base += row &* stride &+ column
    return target
  }

  /// Writes one element. A `beta` of zero does not read the destination, which may hold anything.
  @inline(__always)
  func store(_ product: Float, at offset: Int) {
    base[offset] = beta == 0 ? alpha * product : alpha * product + beta * base[offset]
  }
}
