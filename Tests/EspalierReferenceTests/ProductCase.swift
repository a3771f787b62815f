import EspalierTensors
import Testing

/// One product with random operands: runs it, and holds the result against sums in `Double`.
struct ProductCase: CustomStringConvertible {
  var m: Int
  var n: Int
  var k: Int
  var transposeA = false
  var transposeB = false
  var alpha: Float = 1
  var beta: Float = 0
  /// Elements between the end of a row and the next, in all three matrices.
  var gap = 0
  var seed: UInt64

  var a: StoredMatrix
  var b: StoredMatrix
  var c: StoredMatrix

  init(
    m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false, alpha: Float = 1,
    beta: Float = 0, gap: Int = 0, seed: UInt64
  ) {
    (self.m, self.n, self.k, self.transposeA, self.transposeB) = (m, n, k, transposeA, transposeB)
    (self.alpha, self.beta, self.gap, self.seed) = (alpha, beta, gap, seed)
    var random = SplitMix64(state: seed)
    // The gaps of A and B hold NaN, which spoils every sum that it gets into.
    a = StoredMatrix(transposeA ? (k, m) : (m, k), gap: gap, filler: .nan, using: &random)
    b = StoredMatrix(transposeB ? (n, k) : (k, n), gap: gap, filler: .nan, using: &random)
    c = StoredMatrix((m, n), gap: gap, filler: 12345, using: &random)
  }

  var description: String {
    """
    m \(m), n \(n), k \(k), transposed \(transposeA) \(transposeB), alpha \(alpha), beta \(beta), gap \(gap), \
    seed \(seed)
    """
  }

  /// `C` after the product.
  func product(_ algorithm: ReferenceProducts.Algorithm, threads: Int = 1) -> StoredMatrix {
    var result = c
    a.withBase { a in
      b.withBase { b in
        result.withMutableBase { c in
          ReferenceProducts.sgemm(
            transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, alpha: alpha, a: a,
            aStride: self.a.stride, b: b, bStride: self.b.stride, beta: beta, c: c, cStride: self.c.stride,
            threads: threads, algorithm: algorithm)
        }
      }
    }
    return result
  }

  /// Expects every element within γ(k + 3) · (|alpha| · |A| · |B| + |beta| · |C|), and the gaps as they were.
  func check(_ algorithm: ReferenceProducts.Algorithm, threads: Int = 1) {
    let result = product(algorithm, threads: threads)
    #expect(result.fillerIsIntact, "\(self), \(algorithm)")
    let unit = Double(k + 3) * 0x1p-24
    let bound = unit / (1 - unit)
    for row in 0..<m {
      for column in 0..<n {
        var (sum, magnitude) = exactElement(row, column)
        if beta != 0 {
          let old = Double(beta) * Double(c[row, column])
          sum += old
          magnitude += old.magnitude
        }
        let error = (Double(result[row, column]) - sum).magnitude
        if !(error <= bound * magnitude) {
          Issue.record(
            "\(self), \(algorithm): \(result[row, column]) at (\(row), \(column)), expected \(sum)")
          return
        }
      }
    }
  }

  /// `alpha * op(A) * op(B)` at one place, and the same of the magnitudes.
  private func exactElement(_ row: Int, _ column: Int) -> (sum: Double, magnitude: Double) {
    var (sum, magnitude) = (0.0, 0.0)
    guard alpha != 0 else { return (sum, magnitude) }
    for term in 0..<k {
      let left = transposeA ? a[term, row] : a[row, term]
      let right = transposeB ? b[column, term] : b[term, column]
      let product = Double(left) * Double(right) * Double(alpha)
      sum += product
      magnitude += product.magnitude
    }
    return (sum, magnitude)
  }
}
