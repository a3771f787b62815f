/// The operands of one dense product C = α · op(A) · op(B) + β · C on row-major memory, as in BLAS's `sgemm`.
///
/// op(A) is `m` × `k`, op(B) is `k` × `n`, C is `m` × `n`. With β = 0, C is not read.
struct MatrixProduct {
  var transposeA = false
  var transposeB = false
  var m: Int
  var n: Int
  var k: Int
  var alpha: Float = 1
  var a: UnsafePointer<Float>
  var aStride: Int
  var b: UnsafePointer<Float>
  var bStride: Int
  var beta: Float = 0
  var c: UnsafeMutablePointer<Float>
  var cStride: Int

  /// The same product for the rows of C in `range` only.
  func rows(_ range: Range<Int>) -> MatrixProduct {
    var part = self
    part.m = range.count
    part.a += range.lowerBound * (transposeA ? 1 : aStride)
    part.c += range.lowerBound * cStride
    return part
  }

  /// The same product for the columns of C in `range` only.
  func columns(_ range: Range<Int>) -> MatrixProduct {
    var part = self
    part.n = range.count
    part.b += range.lowerBound * (transposeB ? bStride : 1)
    part.c += range.lowerBound
    return part
  }
}
