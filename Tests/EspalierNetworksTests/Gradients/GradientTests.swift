import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// The engine's gradients against central differences of the same network in `Double`, where a step of 1e−5 leaves an
/// error below 1e−10.
///
/// What remains is the engine's rounding. A gradient here is a chain of at most four products with sums of up to 17
/// terms and of functions within 4 units, on values of order 1: to first order 4 · (17 + 4) < 96 units of 2⁻²⁴.
@Suite struct GradientTests {
  static let tolerance = 96 * 0x1p-24

  @Test(arguments: layers + losses + graphs)
  func matchesCentralDifferences(_ test: GradientCase) {
    let oracle = test.oracle(on: ComputeCase.all[0].compute)
    let expected = Self.differences(test, oracle)
    let input = test.input.map(Double.init)
    let output = oracle.output(input, batch: GradientCase.batch)
    let loss = test.objective.value(output, batch: GradientCase.batch)
    for way in ComputeCase.all {
      let pass = way {
        TrainingPass(
          of: test.network, input: test.input, batch: GradientCase.batch, test.objective,
          key: GradientCase.key, on: way.compute)
      }
      #expect(largestDifference(pass.output, output) < Self.tolerance, "\(test), \(way)")
      #expect(abs(pass.loss - loss) < Self.tolerance * max(1, loss), "\(test), \(way)")
      for (path, gradient) in expected {
        let difference = largestDifference(pass.gradients[path]!.values, gradient)
        #expect(difference < Self.tolerance, "\(path) of \(test), \(way)")
      }
    }
  }

  /// The derivative of the loss by every value that is not pruned; 0 for the others.
  private static func differences(_ test: GradientCase, _ oracle: NetworkOracle) -> [ParameterPath: [Double]]
  {
    let input = test.input.map(Double.init)
    let step = 1e-5
    var oracle = oracle
    func loss() -> Double {
      test.objective.value(oracle.output(input, batch: GradientCase.batch), batch: GradientCase.batch)
    }
    var gradients: [ParameterPath: [Double]] = [:]
    for (path, parameter) in test.network.parameters {
      gradients[path] = (0..<parameter.count).map { index in
        guard parameter.mask?[index] ?? true else { return 0 }
        let value = oracle.parameters[path]![index]
        oracle.parameters[path]![index] = value + step
        let above = loss()
        oracle.parameters[path]![index] = value - step
        let below = loss()
        oracle.parameters[path]![index] = value
        return (above - below) / (2 * step)
      }
    }
    return gradients
  }
}

extension GradientTests {
  private static let activations: [(name: String, layer: any ActivationLayer)] = [
    ("ReLU", ReLU()), ("leaky ReLU", LeakyReLU(slope: 0.2)), ("leaky ReLU of slope 0", LeakyReLU(slope: 0)),
    ("sigmoid", Sigmoid()), ("tanh", Tanh()), ("GELU", GELU()),
  ]

  static let layers: [GradientCase] =
    activations.flatMap { name, layer in
      [
        .between("\(name) right after a linear layer") { layer },
        .between("\(name) after a linear layer without bias", bias: false) { layer },
        // A linear layer fuses only what follows it immediately.
        .between("\(name) alone") {
          Flatten()
          layer
        },
        .ending("\(name) at the end", regression: true, layer),
      ]
    } + [
      .between("linear layers only") {},
      .between("linear layers without bias", bias: false) {},
      .between("dropout") { Dropout(probability: 0.4) },
      .between("dropout of nothing") { Dropout(probability: 0) },
      .between("dropout after a fused activation") {
        Tanh()
        Dropout(probability: 0.5)
      },
      .between("batch normalisation of features") { BatchNorm(channels: 5) },
      .between("batch normalisation without scale and shift") { BatchNorm(channels: 5, affine: false) },
      .between("batch normalisation of images, with a fused activation") {
        Reshape(to: [1, 1, 5])
        BatchNorm(channels: 1)
        Tanh()
        Flatten()
      },
      .between("layer normalisation") { LayerNorm(shape: [5]) },
      .between("layer normalisation without scale and shift") { LayerNorm(shape: [5], affine: false) },
      .between("softmax") { Softmax() },
      .between("log-softmax") { LogSoftmax() },
      .ending("softmax at the end", regression: true, Softmax()),
      .ending("log-softmax at the end", regression: true, LogSoftmax()),
      GradientCase("masked linear layers") { generator in
        var network = Network.perceptron(
          sizes: [GradientCase.inputs, 5, GradientCase.outputs], using: &generator)
        network.pruneHalf(using: &generator)
        return network
      },
      GradientCase("packed linear layers around an activation") { generator in
        var network = Network.perceptron(
          sizes: [GradientCase.inputs, 5, GradientCase.outputs], using: &generator)
        network.pruneHalf(using: &generator)
        network.pack(upTo: 1)
        return network
      },
    ]

  static let losses: [GradientCase] =
    [Float(0), 0.1, 1].map { smoothing in
      GradientCase("cross-entropy with smoothing \(smoothing)", smoothing: smoothing) { generator in
        Network.perceptron(sizes: [GradientCase.inputs, GradientCase.outputs], using: &generator)
      }
    } + [
      GradientCase("mean squared error", regression: true) { generator in
        Network.perceptron(sizes: [GradientCase.inputs, GradientCase.outputs], using: &generator)
      }
    ]

  static let graphs: [GradientCase] = [
    GradientCase("convolutions with padding, a stride and groups") { generator in
      Network(input: [GradientCase.inputs]) {
        Reshape(to: [1, 2, 3])
        Conv2d(inputs: 1, outputs: 4, kernel: 2, padding: 1, using: &generator)
        Sigmoid()
        Conv2d(inputs: 4, outputs: 2, kernel: 2, stride: 2, groups: 2, using: &generator)
        Tanh()
        Flatten()
        Linear(inputs: 4, outputs: GradientCase.outputs, using: &generator)
      }
    },
    .between("residual block") {
      Residual {
        Tanh()
        Softmax()
      }
    },
    .between("branches that are concatenated, one of them twice read") {
      Branches(joinedBy: .concatenation) {
        Tanh()
        Branch {}
        Branch {
          Reshape(to: [1, 1, 5])
          Upsample(factor: 2)
          Flatten()
        }
      }
      Linear(weight: Tensor((0..<150).map { Float($0 % 7) / 10 - 0.3 }, shape: [5, 30]))
    },
    .between("branches that are summed") {
      Branches(joinedBy: .sum) {
        Sigmoid()
        Tanh()
        Branch {
          ReLU()
          Softmax()
        }
      }
    },
    .between("residual block with a shortcut that changes the shape") {
      Residual {
        Reshape(to: [5, 1, 1])
        Upsample(factor: 2)
      } shortcut: {
        Tanh()
        Reshape(to: [5, 1, 1])
        Upsample(factor: 2)
      }
      Flatten()
      Linear(weight: Tensor((0..<100).map { Float($0 % 9) / 10 - 0.4 }, shape: [5, 20]))
    },
    .between("residual block of nothing but a pass-through") { Residual { Flatten() } },
    GradientCase("residual blocks one in another") { generator in
      let inner = Linear(inputs: 5, outputs: 5, using: &generator)
      let outer = Linear(inputs: 5, outputs: 5, using: &generator)
      return Network(input: [GradientCase.inputs]) {
        Linear(inputs: GradientCase.inputs, outputs: 5, using: &generator)
        Residual {
          outer
          ReLU()
          Residual {
            Sigmoid()
            inner
          }
        }
        Linear(inputs: 5, outputs: GradientCase.outputs, using: &generator)
      }
    },
    GradientCase("a fused activation that feeds two layers") { generator in
      var network = Network(input: [GradientCase.inputs]) {
        Linear(inputs: GradientCase.inputs, outputs: 5, using: &generator)
        Tanh()
      }
      let left = network.append(
        Linear(inputs: 5, outputs: GradientCase.outputs, using: &generator), after: [.node(1)])
      let right = network.append(
        Linear(inputs: 5, outputs: GradientCase.outputs, using: &generator), after: [.node(1)])
      network.append(Add(), after: [left, right])
      return network
    },
    GradientCase("a linear layer that feeds an activation and a sum, so that nothing is fused") { generator in
      var network = Network(input: [GradientCase.inputs]) {
        Linear(inputs: GradientCase.inputs, outputs: GradientCase.outputs, using: &generator)
      }
      let bent = network.append(ReLU(), after: [.node(0)])
      network.append(Add(), after: [bent, .node(0)])
      return network
    },
    GradientCase("a sum of a node and itself") { generator in
      var network = Network(input: [GradientCase.inputs]) {
        Linear(inputs: GradientCase.inputs, outputs: GradientCase.outputs, using: &generator)
        Sigmoid()
      }
      network.append(Add(), after: [.node(1), .node(1)])
      return network
    },
    GradientCase("a node that nobody reads beside one that somebody does") { generator in
      var network = Network(input: [GradientCase.inputs]) {
        Linear(inputs: GradientCase.inputs, outputs: 5, using: &generator)
      }
      network.append(Tanh(), after: [.node(0)])
      network.append(Linear(inputs: 5, outputs: 5, using: &generator), after: [.node(1)])
      network.append(
        Linear(inputs: 5, outputs: GradientCase.outputs, using: &generator), after: [.node(0)])
      return network
    },
  ]
}
