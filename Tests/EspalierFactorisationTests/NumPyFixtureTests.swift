import EspalierTensors
import EspalierTestSupport
import Testing

private struct Factorisations: Decodable {
  struct PositiveDefinite: Decodable {
    let name: String
    let matrix: FixtureArray
    let condition: Double
    let lower: FixtureArray
    let inverseOfLower: FixtureArray
    let inverse: FixtureArray
  }
  struct SingularValues: Decodable {
    let matrix: FixtureArray
    let values: FixtureArray
  }
  let positiveDefinite: [PositiveDefinite]
  let singularValues: [SingularValues]
}

@Suite struct NumPyFixtureTests {
  private static let fixture = try! Fixture.json(Factorisations.self, "numpy/factorisations.json")

  @Test(
    "Cholesky factors and inverses are NumPy's, as far as the condition lets them",
    arguments: Backend.available)
  func positiveDefinite(_ backend: Backend) throws {
    let compute = Compute(backend: backend, instructionSet: .current, threads: 1)
    for expected in Self.fixture.positiveDefinite {
      let factor = try CholeskyFactor(of: expected.matrix.tensor, on: compute)
      // Errors are relative to the largest element: condition · (n + 1) · u, and as much again for the rounded fixture.
      let bound = 20 * expected.condition * Double(expected.matrix.shape[0] + 1) * 0x1p-24
      for (found, wanted) in [
        (factor.lower, expected.lower), (factor.inverseOfLower(on: compute), expected.inverseOfLower),
        (factor.inverse(on: compute), expected.inverse),
      ] {
        let largest = Double(wanted.values.map(abs).max()!)
        for (a, b) in zip(found.values, wanted.values) {
          #expect(abs(Double(a) - Double(b)) <= bound * largest)
        }
      }
    }
  }

  @Test("Singular values are NumPy's", arguments: Backend.available)
  func singularValues(_ backend: Backend) throws {
    let compute = Compute(backend: backend, instructionSet: .current, threads: 1)
    for expected in Self.fixture.singularValues {
      let found = try SingularValueDecomposition(of: expected.matrix.tensor, on: compute)
      #expect(largestDifference(found.values, expected.values) < 1e-6)
    }
  }
}
