import EspalierTensors
import Testing

@Suite("Reference products: NaN, infinity and misuse")
struct ReferenceProductsSpecialValueTests {
  /// A shape for each way: dot products, sums of columns, tiles that read `A` in place, tiles that pack it.
  static let shapes = [(7, 1, 9), (1, 7, 9), (2, 13, 9), (13, 13, 9), (7, 41, 9)]

  @Test("beta = 0 does not read C", arguments: shapes)
  func zeroBeta(m: Int, n: Int, k: Int) {
    for (alpha, depth) in [(Float(1), k), (0, k), (1, 0)] {
      var product = ProductCase(m: m, n: n, k: depth, alpha: alpha, gap: 1, seed: 3)
      product.c.fill(.nan)
      for algorithm in ReferenceProductsTests.algorithms { product.check(algorithm) }
    }
  }

  @Test("alpha = 0 does not read A and B", arguments: shapes)
  func zeroAlpha(m: Int, n: Int, k: Int) {
    var product = ProductCase(m: m, n: n, k: k, alpha: 0, beta: 2, seed: 4)
    product.a.fill(.nan)
    for algorithm in ReferenceProductsTests.algorithms { product.check(algorithm) }
  }

  @Test("NaN and infinity reach exactly their row and column", arguments: shapes)
  func propagation(m: Int, n: Int, k: Int) {
    for algorithm in ReferenceProductsTests.algorithms {
      for special in [Float.nan, .infinity] {
        // Zero times the special value is NaN; the last row and column lie beside the filling of a tile.
        var left = ProductCase(m: m, n: n, k: k, seed: 5)
        left.b.fill(0)
        left.a[m - 1, k - 1] = special
        var right = ProductCase(m: m, n: n, k: k, seed: 6)
        right.a.fill(0)
        right.b[0, n - 1] = special
        let (leftResult, rightResult) = (left.product(algorithm), right.product(algorithm))
        for row in 0..<m {
          for column in 0..<n {
            #expect(leftResult[row, column].isNaN == (row == m - 1), "\(left), \(algorithm), row \(row)")
            #expect(
              rightResult[row, column].isNaN == (column == n - 1), "\(right), \(algorithm), column \(column)")
          }
        }
      }
    }
  }

  @Test("NaN in C stays where beta is not zero", arguments: shapes)
  func accumulatedNaN(m: Int, n: Int, k: Int) {
    for (alpha, depth) in [(Float(1), k), (0, k), (1, 0)] {
      var product = ProductCase(m: m, n: n, k: depth, alpha: alpha, beta: 0.5, seed: 7)
      product.c[m - 1, 0] = .nan
      for algorithm in ReferenceProductsTests.algorithms {
        let result = product.product(algorithm)
        #expect(result[m - 1, 0].isNaN, "\(product), \(algorithm)")
        #expect(result.storage.count(where: \.isNaN) == 1, "\(product), \(algorithm)")
      }
    }
  }

  @Test("A stride shorter than its row traps")
  func shortStride() async {
    await #expect(processExitsWith: .failure) {
      var c: [Float] = [0, 0, 0, 0]
      ReferenceProducts.sgemm(
        transposeA: false, transposeB: true, m: 2, n: 2, k: 2, alpha: 1, a: [1, 2, 3, 4], aStride: 2,
        b: [1, 2, 3, 4], bStride: 1, beta: 0, c: &c, cStride: 2, threads: 1)
    }
  }

  @Test("No threads trap")
  func noThreads() async {
    await #expect(processExitsWith: .failure) {
      var c: [Float] = [0]
      ReferenceProducts.sgemm(
        transposeA: false, transposeB: false, m: 1, n: 1, k: 1, alpha: 1, a: [1], aStride: 1, b: [1],
        bStride: 1, beta: 0, c: &c, cStride: 1, threads: 0)
    }
  }
}
