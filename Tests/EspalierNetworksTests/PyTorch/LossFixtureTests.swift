import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// Losses and their gradients against PyTorch, with logits up to ±50; the tolerance is that of the activations.
@Suite struct LossFixtureTests {
  private struct File: Decodable {
    let crossEntropy: CrossEntropyCases
    let meanSquaredError: MeanSquaredErrorCase
  }

  private struct CrossEntropyCases: Decodable {
    let logits: FixtureArray
    let labels: [Int32]
    let cases: [Case]

    struct Case: Decodable {
      let labelSmoothing: Float
      let loss: Double
      let dlogits: FixtureArray
    }
  }

  private struct MeanSquaredErrorCase: Decodable {
    let prediction: FixtureArray
    let target: FixtureArray
    let loss: Double
    let dprediction: FixtureArray
  }

  @Test(arguments: ComputeCase.all)
  func matchPyTorch(_ way: ComputeCase) throws {
    let file = try Fixture.json(File.self, "pytorch/losses.json")
    let entropy = file.crossEntropy
    #expect(entropy.cases.count == 3)
    for test in entropy.cases {
      let objective = Objective.crossEntropy(classes: entropy.labels, smoothing: test.labelSmoothing)
      check(objective, of: entropy.logits, loss: test.loss, gradient: test.dlogits, way)
    }
    let squares = file.meanSquaredError
    check(
      .meanSquaredError(squares.target.transposed.values), of: squares.prediction, loss: squares.loss,
      gradient: squares.dprediction, way)
  }

  private func check(
    _ objective: Objective, of output: FixtureArray, loss: Double, gradient: FixtureArray, _ way: ComputeCase
  ) {
    let batch = output.shape[0]
    var memory = output.transposed.values
    let found = memory.withUnsafeMutableBufferPointer {
      let view = MatrixView(base: $0.baseAddress!, rows: output.shape[1], columns: batch)
      return objective.evaluate(view, gradient: view, on: way.compute)
    }
    let tolerance = ActivationFixtureTests.tolerance
    #expect(abs(found.sum / Double(batch) - loss) < tolerance * max(1, loss), "\(objective), \(way)")
    #expect(largestDifference(memory, gradient.transposed) < tolerance, "\(objective), \(way)")
  }
}
