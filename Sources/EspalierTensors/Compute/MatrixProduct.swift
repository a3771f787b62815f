/// The operands of one dense product C = α · op(A) · op(B) + β · C on row-major memory, as in BLAS's `sgemm`.
///
/// op(A) is `m` × `k`, op(B) is `k` × `n`, C is `m` × `n`. With β = 0, C is not read.
package struct MatrixProduct {
  package var transposeA: Bool
  package var transposeB: Bool
  package var m: Int
  package var n: Int
  package var k: Int
  package var alpha: Float
  package var a: UnsafePointer<Float>
  package var aStride: Int
  package var b: UnsafePointer<Float>
  package var bStride: Int
  package var beta: Float
  package var c: UnsafeMutablePointer<Float>
  package var cStride: Int

  /// C = α · op(A) · op(B) + β · C.
  package init(
    transposeA: Bool = false, transposeB: Bool = false, m: Int, n: Int, k: Int, alpha: Float = 1,
    a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int, beta: Float = 0,
    c: UnsafeMutablePointer<Float>, cStride: Int
  ) {
    (self.transposeA, self.transposeB, self.m, self.n, self.k) = (transposeA, transposeB, m, n, k)
    (self.alpha, self.a, self.aStride, self.b, self.bStride) = (alpha, a, aStride, b, bStride)
    (self.beta, self.c, self.cStride) = (beta, c, cStride)
  }

  /// The same product for the rows of C in `range` only.
  package func rows(_ range: Range<Int>) -> MatrixProduct {
    var part = self
    part.m = range.count
    part.a += range.lowerBound * (transposeA ? 1 : aStride)
    part.c += range.lowerBound * cStride
    return part
  }

  /// The same product for the columns of C in `range` only.
  package func columns(_ range: Range<Int>) -> MatrixProduct {
    var part = self
    part.n = range.count
    part.b += range.lowerBound * (transposeB ? bStride : 1)
    part.c += range.lowerBound
    return part
  }
}
