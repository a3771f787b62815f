import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// Batch and layer normalisation against PyTorch's: outputs, all gradients, running statistics over steps, evaluation.
///
/// Values are below 8, the scales 1 / √(v + ε) below 8 where v is not small against ε: products of three such numbers and
/// sums of at most 36 of them are off by less than 36 · 8 · 2⁻²⁴ · 8 < 2e−4 in the worst case; what is found is below 1e−5.
@Suite struct NormalizationFixtureTests {
  private struct File: Decodable {
    let batchNorm: [BatchCase]
    let layerNorm: [LayerCase]
  }

  private struct BatchCase: Decodable {
    let epsilon: Float
    let momentum: Float
    let scale: FixtureArray
    let shift: FixtureArray
    let steps: [Step]
    let evaluated: FixtureArray

    struct Step: Decodable {
      let x, dy, y, dx, dscale, dshift, runningMean, runningVariance: FixtureArray
    }
  }

  private struct LayerCase: Decodable {
    let epsilon: Float
    let scale, shift, x, dy, y, dx, dscale, dshift: FixtureArray
  }

  private static let tolerance = 1e-5

  @Test(arguments: ComputeCase.all)
  func batchNormMatchesPyTorch(_ way: ComputeCase) throws {
    let file = try Fixture.json(File.self, "pytorch/normalization.json")
    #expect(file.batchNorm.count == 5)
    for test in file.batchNorm {
      let channels = test.scale.shape[0]
      var layer = BatchNorm(
        scale: test.scale.tensor, shift: test.shift.tensor, runningMean: Tensor(zeros: [channels]),
        runningVariance: Tensor(repeating: 1, shape: [channels]), epsilon: test.epsilon,
        momentum: test.momentum)
      for (number, step) in test.steps.enumerated() {
        let comment: Comment = "step \(number) on \(step.x.shape), \(way)"
        let (pass, trained) = way { stepThrough(layer, step.x, step.dy, on: way.compute) }
        layer = trained
        check(pass, step.y, step.dx, step.dscale, step.dshift, comment)
        #expect(largestDifference(layer.runningMean.values, step.runningMean) < Self.tolerance, comment)
        #expect(
          largestDifference(layer.runningVariance.values, step.runningVariance) < Self.tolerance, comment)
      }
      let x = test.steps.last!.x
      let network = Network(input: Array(x.shape.dropFirst())) { layer }
      let output = way {
        inferenceOutput(of: network, input: x.samplesLast.values, batch: x.shape[0], on: way.compute)
      }
      #expect(largestDifference(output, test.evaluated.samplesLast) < Self.tolerance, "\(x.shape), \(way)")
    }
  }

  @Test(arguments: ComputeCase.all)
  func layerNormMatchesPyTorch(_ way: ComputeCase) throws {
    let file = try Fixture.json(File.self, "pytorch/normalization.json")
    #expect(file.layerNorm.count == 3)
    for test in file.layerNorm {
      let layer = LayerNorm(scale: test.scale.tensor, shift: test.shift.tensor, epsilon: test.epsilon)
      let pass = way { passThrough(layer, test.x, test.dy, on: way.compute) }
      check(pass, test.y, test.dx, test.dscale, test.dshift, "\(test.x.shape), \(way)")
      // A sample alone is normalised as in a batch.
      let first = FixtureArray(
        shape: [1] + test.x.shape.dropFirst(),
        values: Array(test.x.values.prefix(test.x.values.count / test.x.shape[0])))
      let alone = way { passThrough(layer, first, first, on: way.compute) }
      let expected = Array(test.y.values.prefix(first.values.count))
      #expect(
        largestDifference(alone.output, FixtureArray(shape: first.shape, values: expected)) < Self.tolerance,
        "one of \(test.x.shape), \(way)")
    }
  }

  private func check(
    _ pass: TrainingPass, _ y: FixtureArray, _ dx: FixtureArray, _ dscale: FixtureArray,
    _ dshift: FixtureArray, _ comment: Comment
  ) {
    func gradient(_ name: String) -> [Float] { pass.gradient(ending: name).values }
    #expect(largestDifference(pass.output, y.samplesLast) < Self.tolerance, comment)
    let found = pass.gradients[ParameterPath(node: "samples", name: "weight")]!
    #expect(largestDifference(found.values, dx.samplesLast) < Self.tolerance, comment)
    #expect(largestDifference(gradient("scale"), dscale) < Self.tolerance, comment)
    #expect(largestDifference(gradient("shift"), dshift) < Self.tolerance, comment)
  }
}

extension TrainingPass {
  /// The gradient of the only parameter of a name.
  fileprivate func gradient(ending name: String) -> Tensor {
    gradients.first { $0.key.name == name }!.value
  }
}

/// A training step without an optimizer: the pass, and the layer with its statistics moved.
private func stepThrough(
  _ layer: BatchNorm, _ samples: FixtureArray, _ outputGradient: FixtureArray, on compute: Compute
) -> (TrainingPass, BatchNorm) {
  var network = Network(input: Array(samples.shape.dropFirst())) { layer }
  let workspace = Workspace(for: network, batchSize: samples.shape[0], purpose: .training)
  _ = workspace.input.values.update(fromContentsOf: samples.samplesLast.values)
  network.forward(in: workspace, on: compute)
  network.updateStatistics(in: workspace)
  var moved = layer
  moved.runningMean = network.statistics[0].values
  moved.runningVariance = network.statistics[1].values
  return (passThrough(layer, samples, outputGradient, on: compute), moved)
}
