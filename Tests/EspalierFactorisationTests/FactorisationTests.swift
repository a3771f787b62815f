import EspalierTensors
import EspalierTestSupport
import Testing

/// The kernels of the instruction sets take no part.
private let waysOfFactorising = ComputeCase.all.filter { $0.instructionSet == .strongest }

@Suite struct FactorisationTests {
  /// Around the reference's block of 64, too.
  static let sizes = [0, 1, 2, 5, 63, 64, 65, 150]
  static let unit = 0x1p-24

  @Test("A = L · Lᵀ, L · L⁻¹ = I and A · A⁻¹ = I, within Higham's bounds", arguments: waysOfFactorising)
  func cholesky(_ way: ComputeCase) throws {
    for size in Self.sizes {
      let a = Square.positiveDefinite(size, condition: 1e3, seed: 7)
      let factor = try CholeskyFactor(of: a.tensor, on: way.compute)
      let l = Square(factor.lower)
      let bound = Double(size + 1) * Self.unit
      #expect((l * l.transposed - a).norm <= 4 * bound * a.norm, "size \(size)")
      #expect(l.isLowerTriangular)
      let inverse = Square(factor.inverseOfLower(on: way.compute))
      #expect((inverse * l - .identity(size)).norm <= 40 * bound * l.norm * inverse.norm, "size \(size)")
      #expect(inverse.isLowerTriangular)
      let full = Square(factor.inverse(on: way.compute))
      #expect((full * a - .identity(size)).norm <= 40 * bound * full.norm * a.norm, "size \(size)")
      #expect(full.isSymmetric)
    }
  }

  @Test("Ill-conditioned matrices: backward stable all the same", arguments: waysOfFactorising)
  func illConditioned(_ way: ComputeCase) throws {
    for condition in [1e5, 1e6] {
      let a = Square.positiveDefinite(40, condition: condition, seed: 3)
      let l = Square(try CholeskyFactor(of: a.tensor, on: way.compute).lower)
      #expect((l * l.transposed - a).norm <= 164 * Self.unit * a.norm, "condition \(condition)")
    }
  }

  @Test("A solution has a small residual", arguments: waysOfFactorising)
  func solve(_ way: ComputeCase) throws {
    let a = Square.positiveDefinite(70, condition: 100, seed: 5)
    let right = (0..<70).map { Double($0 % 7) - 3 }
    let x = try CholeskyFactor(of: a.tensor, on: way.compute).solve(right)
    for row in 0..<70 {
      let found = (0..<70).reduce(0) { $0 + a[row, $1] * x[$1] }
      #expect(abs(found - right[row]) <= 4 * 71 * Self.unit * a.norm * x.map(abs).max()!)
    }
  }

  @Test(
    "What is not positive definite is refused, with the order at which it ends", arguments: waysOfFactorising)
  func notPositiveDefinite(_ way: ComputeCase) {
    for (size, broken) in [(1, 0), (6, 3), (100, 80), (100, 63), (100, 64)] {
      var a = Square.identity(size).tensor
      a[broken, broken] = -1
      #expect(throws: FactorisationError.notPositiveDefinite(order: broken + 1, of: size)) {
        try CholeskyFactor(of: a, on: way.compute)
      }
      a[broken, broken] = 0
      #expect(throws: FactorisationError.notPositiveDefinite(order: broken + 1, of: size)) {
        try CholeskyFactor(of: a, on: way.compute)
      }
    }
  }

  @Test("Values that are not finite are refused, with their place", arguments: [Float.nan, .infinity])
  func notFinite(_ value: Float) {
    var a = Square.identity(5).tensor
    a[3, 2] = value
    #expect(throws: FactorisationError.notFinite(row: 3, column: 2)) { try CholeskyFactor(of: a) }
    #expect(throws: FactorisationError.notFinite(row: 3, column: 2)) { try SingularValueDecomposition(of: a) }
  }

  @Test("A = U · diag(s) · Vᵀ with orthonormal sides and falling values", arguments: waysOfFactorising)
  func singularValues(_ way: ComputeCase) throws {
    for (rows, columns) in [(1, 1), (7, 7), (12, 5), (5, 12), (40, 33), (0, 3)] {
      var generator = Xoshiro256(seed: 9)
      let a = Tensor(uniform: -1..<1, shape: [rows, columns], using: &generator)
      let found = try SingularValueDecomposition(of: a, on: way.compute)
      let rank = min(rows, columns)
      let product = found.truncated(to: rank)
      let norm = a.values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      for row in 0..<rows {
        for column in 0..<columns {
          let sum = (0..<rank).reduce(0.0) {
            $0 + Double(product.left[row, $1]) * Double(product.right[$1, column])
          }
          #expect(abs(sum - Double(a[row, column])) <= 60 * Self.unit * norm, "\(rows)×\(columns)")
        }
      }
      #expect(zip(found.values, found.values.dropFirst()).allSatisfy { $0 >= $1 && $1 >= 0 })
      expectOrthonormal(found.left, byColumns: true)
      expectOrthonormal(found.right, byColumns: false)
    }
  }

  @Test("Zero and low-rank matrices have orthonormal sides too", arguments: waysOfFactorising)
  func lowRank(_ way: ComputeCase) throws {
    let ones = Tensor(repeating: 1, shape: [6, 4])
    let found = try SingularValueDecomposition(of: ones, on: way.compute)
    #expect(abs(found.values[0] - Float(24).squareRoot()) < 1e-5)
    #expect(found.values.dropFirst().allSatisfy { $0 < 1e-5 })
    expectOrthonormal(found.left, byColumns: true)
    expectOrthonormal(found.right, byColumns: false)
    let none = try SingularValueDecomposition(of: Tensor(zeros: [3, 5]), on: way.compute)
    #expect(none.values == [0, 0, 0])
    expectOrthonormal(none.left, byColumns: true)
    expectOrthonormal(none.right, byColumns: false)
    #expect(found.rank(holding: 0.999) == 1)
    #expect(none.rank(holding: 1) == 0)
  }

  private func expectOrthonormal(_ matrix: Tensor, byColumns: Bool) {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let (count, length) = byColumns ? (columns, rows) : (rows, columns)
    for i in 0..<count {
      for j in 0..<count {
        let dot = (0..<length).reduce(0.0) {
          $0 + Double(byColumns ? matrix[$1, i] : matrix[i, $1])
            * Double(byColumns ? matrix[$1, j] : matrix[j, $1])
        }
        #expect(abs(dot - (i == j ? 1 : 0)) < 60 * Self.unit)
      }
    }
  }
}
