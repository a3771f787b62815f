import EspalierNetworks
import EspalierOneShot
import EspalierTensors
import EspalierTestSupport
import Testing

/// Which weights methods that only choose compare with each other.
@Suite struct ScoreComparisonTests {
  @Test("Within rows every row gives the same; over the layer the lowest scores go", arguments: waysOfPruning)
  func comparisons(_ way: ComputeCase) throws {
    let weights = Tensor([1, -2, 3, 4, 10, 20, -30, 40], shape: [2, 4])
    // Second moments that turn the order of the columns round.
    let moments = Tensor(zeros: [4, 4]).diagonal([10_000, 100, 1, 0.01])
    let problem = ReconstructionProblem(weights: weights, moments: moments, columns: 4)
    // Scores of Wanda: 100, 20, 3, 0.4 and 1000, 200, 30, 4.
    let expected: [(any LayerPruningMethod, [Int])] = [
      (MagnitudeMethod(), [4, 5, 6, 7]), (MagnitudeMethod(comparison: .row), [2, 3, 6, 7]),
      (WandaMethod(), [0, 1, 4, 5]), (WandaMethod(comparison: .parameter), [0, 4, 5, 6]),
      (OptimalBrainDamage(), [0, 4, 5, 6]),
    ]
    for (method, kept) in expected {
      let found = try method.prepare(problem, on: way.compute).solution(.count(4), on: way.compute)
      #expect((0..<8).filter { found.kept[$0] } == kept, "\(method)")
      for index in 0..<8 {
        #expect(found.weights[flat: index] == (kept.contains(index) ? weights[flat: index] : 0))
      }
    }
  }

  @Test("What a method does to the outputs decides whether statistics of before still fit")
  func restoration() {
    func restores(
      _ method: any LayerPruningMethod, corrects: Bool = true, refits: Bool = false
    ) -> Bool {
      OneShotPruning(method: method, amounts: .uniform(0.5), correctsEarlierLayers: corrects, refits: refits)
        .restoresOutputs
    }
    #expect(restores(SparseGPT()) && restores(OptimalBrainSurgeon()))
    #expect(!restores(SparseGPT(), corrects: false))
    #expect(!restores(MagnitudeMethod()) && !restores(WandaMethod()) && !restores(OptimalBrainDamage()))
    #expect(restores(WandaMethod(), refits: true))
  }
}

extension Tensor {
  /// The matrix with these values on its diagonal.
  fileprivate func diagonal(_ values: [Float]) -> Tensor {
    var result = self
    for (index, value) in values.enumerated() { result[index, index] = value }
    return result
  }
}
