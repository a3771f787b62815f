import Dispatch
import EspalierTensors
import Testing

@Suite("Reference products: accuracy and memory")
struct ReferenceProductsTests {
  static let algorithms = [ReferenceProducts.Algorithm.automatic, .plain, .vectorized]
  static let transpositions = [(false, false), (false, true), (true, false), (true, true)]

  @Test("Every small shape, every transposition", arguments: [0, 1, 2, 3, 5, 6, 7, 8, 9, 13])
  func smallShapes(m: Int) {
    for n in [0, 1, 2, 4, 5, 8, 9, 17] {
      for k in [0, 1, 2, 7, 8, 9] {
        for (index, (transposeA, transposeB)) in Self.transpositions.enumerated() {
          let seed = UInt64(((m * 32 + n) * 32 + k) * 4 + index)
          let product = ProductCase(
            m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB, gap: index, seed: seed)
          product.check(.vectorized)
          product.check(.plain)
        }
      }
    }
  }

  /// Shapes on both sides of every border at which the algorithm changes its way or begins another block.
  @Test(
    "Borders of blocks",
    arguments: [
      (3, 5, 257), (13, 9, 300), (7, 33, 258), (12, 40, 20), (13, 40, 20), (3, 517, 3), (3, 1030, 2),
      (2050, 1, 3), (2051, 3, 2), (4, 1, 2050), (5, 2, 2051), (1, 2050, 5), (2, 2049, 3), (1, 6, 2050),
      (100, 6, 3), (31, 32, 10),
    ])
  func blockBorders(m: Int, n: Int, k: Int) {
    for (transposeA, transposeB) in Self.transpositions {
      ProductCase(
        m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB, alpha: -0.75, beta: 0.5, gap: 5,
        seed: UInt64(m + n + k)
      ).check(.vectorized)
    }
  }

  @Test("alpha and beta", arguments: [Float(0), 1, -1, 0.3], [Float(0), 1, -2.5])
  func factors(alpha: Float, beta: Float) {
    for algorithm in Self.algorithms {
      for (m, n, k) in [(7, 11, 5), (1, 9, 12), (9, 1, 12), (5, 6, 0), (7, 9, 260)] {
        ProductCase(m: m, n: n, k: k, alpha: alpha, beta: beta, gap: 2, seed: 17).check(algorithm)
      }
    }
  }

  @Test("The number of threads does not change a bit")
  func threads() {
    #if DEBUG
      let k = 40
    #else
      let k = 1500
    #endif
    for (m, n) in [(61, 67), (14, 150), (150, 14), (900, 3), (2, 900), (1, 900)] {
      for (transposeA, transposeB) in Self.transpositions {
        let product = ProductCase(
          m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB, beta: 0.5, gap: 1, seed: 23)
        let expected = product.product(.vectorized).bits
        for threads in [2, 3, 8] {
          #expect(
            product.product(.vectorized, threads: threads).bits == expected, "\(product), \(threads) threads")
        }
      }
    }
  }

  @Test("Products running at once do not share scratch memory")
  func concurrentCalls() {
    let cases = (0..<8).map { ProductCase(m: 9 + $0, n: 20 - $0, k: 11, seed: UInt64($0)) }
    let expected = cases.map { $0.product(.vectorized).bits }
    DispatchQueue.concurrentPerform(iterations: 64) { index in
      let product = cases[index % cases.count]
      #expect(product.product(.vectorized).bits == expected[index % cases.count], "\(product)")
    }
  }
}
