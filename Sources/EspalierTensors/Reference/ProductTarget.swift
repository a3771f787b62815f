/// The destination of a product, written as `alpha * product + beta * destination`.
///
/// A view, as `StridedMatrix`: it does not own its memory.
struct ProductTarget {
  var base: UnsafeMutablePointer<Float>
  var rowStride: Int
  var columnStride: Int
  var alpha: Float
  var beta: Float

  /// The same destination after a first part of the product has been written: the rest is added to it.
  var accumulating: ProductTarget {
    var target = self
    target.beta = 1
    return target
  }

  /// The same destination with rows and columns exchanged.
  var transposed: ProductTarget {
    var target = self
    swap(&target.rowStride, &target.columnStride)
    return target
  }

  /// The part that begins at `(row, column)`.
  @inline(__always)
  func from(row: Int, column: Int) -> ProductTarget {
    var target = self
    target.base += row &* rowStride &+ column &* columnStride
    return target
  }

  /// Writes one element. A `beta` of zero does not read the destination, which may hold anything.
  @inline(__always)
  func store(_ product: Float, at offset: Int) {
    base[offset] = beta == 0 ? alpha * product : alpha * product + beta * base[offset]
  }
}
