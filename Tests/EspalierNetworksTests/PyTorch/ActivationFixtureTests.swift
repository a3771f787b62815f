import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// Activations and their gradients against PyTorch.
///
/// The fixture's numbers are PyTorch's in double precision; its own single precision is off by up to 6e−7 · max(1, |y|),
/// and that much is granted to ours, doubled because both may round the other way.
@Suite struct ActivationFixtureTests {
  private struct File: Decodable {
    let x: FixtureArray
    let dy: FixtureArray
    let cases: [Case]
  }

  private struct Case: Decodable {
    let name: String
    let negativeSlope: Float?
    let y: FixtureArray
    let dx: FixtureArray

    var layer: any Layer {
      switch name {
      case "relu": ReLU()
      case "leaky_relu": LeakyReLU(slope: negativeSlope!)
      case "sigmoid": Sigmoid()
      case "tanh": Tanh()
      case "gelu": GELU()
      case "softmax": Softmax()
      case "log_softmax": LogSoftmax()
      default: preconditionFailure("no layer for \(name)")
      }
    }
  }

  static let tolerance = 1.2e-6

  @Test(arguments: ComputeCase.all)
  func matchPyTorch(_ way: ComputeCase) throws {
    let file = try Fixture.json(File.self, "pytorch/activations.json")
    #expect(file.cases.count == 8)
    for test in file.cases {
      for isFused in [true, false] {
        let pass = way { passThrough(test.layer, isFused: isFused, file.x, file.dy, on: way.compute) }
        let comment: Comment = "\(test.name), right after the linear layer: \(isFused), \(way)"
        #expect(largestDifference(pass.output, test.y.transposed) < Self.tolerance, comment)
        let dx = pass.gradients[ParameterPath(node: "samples", name: "weight")]!
        #expect(largestDifference(dx.values, test.dx.transposed) < Self.tolerance, comment)
      }
    }
  }
}

/// A pass through a layer whose input is the weight of a linear layer that is applied to the unit matrix: the weight's
/// gradient is then the gradient by the layer's input, to the bit.
func passThrough(
  _ layer: any Layer, isFused: Bool, _ samples: FixtureArray, _ outputGradient: FixtureArray,
  on compute: Compute
) -> TrainingPass {
  let batch = samples.shape[0]
  let network = Network(input: [batch]) {
    Linear(weight: samples.transposed.tensor).named("samples")
    // A linear layer fuses only what follows it immediately.
    if !isFused { Flatten() }
    layer
  }
  let unit = (0..<batch * batch).map { Float($0 % (batch + 1) == 0 ? 1 : 0) }
  return TrainingPass(
    of: network, input: unit, batch: batch, outputGradient: outputGradient.transposed.values, on: compute)
}

/// The pass of samples [batch, shape…] through a layer that is not fused with what comes before: the gradient by the samples
/// is that of the parameter `samples.weight`.
func passThrough(
  _ layer: any Layer, _ samples: FixtureArray, _ outputGradient: FixtureArray, on compute: Compute
) -> TrainingPass {
  let batch = samples.shape[0]
  let features = samples.samplesLast
  let network = Network(input: [batch]) {
    Linear(weight: features.tensor.reshaped(to: [features.values.count / batch, batch])).named("samples")
    Reshape(to: Array(samples.shape.dropFirst()))
    layer
  }
  let unit = (0..<batch * batch).map { Float($0 % (batch + 1) == 0 ? 1 : 0) }
  return TrainingPass(
    of: network, input: unit, batch: batch, outputGradient: outputGradient.samplesLast.values, on: compute)
}
