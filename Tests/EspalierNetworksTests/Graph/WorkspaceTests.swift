import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct WorkspaceTests {
  /// A copy has the same structure, whatever its values and masks; a graph of its own or a node more makes another.
  @Test func aWorkspaceServesCopiesAndNoOtherStructure() async {
    await #expect(processExitsWith: .success) {
      let network = perceptron([3, 2])
      var copy = network
      copy.visitParameters { _, parameter in parameter.prune(keeping: Mask(ones: parameter.shape)) }
      copy.forward(in: Workspace(for: network, batchSize: 2, purpose: .inference))
    }
    await #expect(processExitsWith: .failure) {
      perceptron([3, 2]).forward(in: Workspace(for: perceptron([3, 2]), batchSize: 2, purpose: .inference))
    }
    await #expect(processExitsWith: .failure) {
      let network = perceptron([3, 2])
      var longer = network
      longer.append(Softmax(), after: [.node(1)])
      longer.forward(in: Workspace(for: network, batchSize: 2, purpose: .inference))
    }
  }

  @Test func misuseTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = Workspace(for: perceptron([3, 2]), batchSize: 0, purpose: .inference)
    }
    await #expect(processExitsWith: .failure) {
      let network = perceptron([3, 2])
      let workspace = Workspace(for: network, batchSize: 1, purpose: .inference)
      network.forward(in: workspace)
      network.backward(in: workspace)
    }
    await #expect(processExitsWith: .failure) {
      let workspace = Workspace(for: perceptron([3, 2]), batchSize: 2, purpose: .inference)
      workspace.read(MatrixView(base: workspace.input.base, rows: 2, columns: 2))
    }
    await #expect(processExitsWith: .failure) { _ = perceptron([3, 2]).predict(Tensor(zeros: [5, 4])) }
  }

  /// Whoever reads the network's input reads the caller's memory from then on, also behind pass-through layers, and in
  /// a network of nothing else.
  @Test(arguments: [Workspace.Purpose.inference, .training])
  func samplesCanBeReadWhereTheyAre(_ purpose: Workspace.Purpose) {
    var generator = Xoshiro256(seed: 1)
    let networks = [
      Network(input: [3]) { Flatten() },
      Network(input: [3]) {
        Flatten()
        Residual { Linear(inputs: 3, outputs: 3, using: &generator) }
      },
      Network(input: [3]) { Tanh() },
      // For inference the output takes the place of the workspace's own input.
      perceptron([3, 4, 3]),
    ]
    var samples = Tensor(uniform: -1..<1, shape: [3, 5], using: &generator)
    let values = samples.values
    for network in networks {
      let expected = inferenceOutput(of: network, input: values, batch: 5, on: .current)
      let workspace = Workspace(for: network, batchSize: 5, purpose: purpose)
      samples.withUnsafeMutableValues {
        workspace.read(MatrixView(base: $0.baseAddress!, rows: 3, columns: 5))
        for _ in 0..<2 {
          network.forward(in: workspace)
          #expect(Array(workspace.output.values) == expected, "\(network.nodes.map(\.name))")
        }
      }
      #expect(samples.values == values)
    }
  }

  /// Batches of one sample, of 256 and of the remainder give the rows that a workspace of all samples gives.
  @Test(arguments: ComputeCase.all, [0, 1, 256, 259])
  func predictionsAreRows(_ way: ComputeCase, samples: Int) {
    way {
      let network = perceptron([3, 4, 2])
      var generator = Xoshiro256(seed: 5)
      let inputs = Tensor(uniform: -1..<1, shape: [samples, 3], using: &generator)
      let rows = FixtureArray(shape: inputs.shape, values: inputs.values)
      let expected = NetworkOracle(network).output(rows.transposed.values.map(Double.init), batch: samples)
      let predictions = network.predict(inputs)
      #expect(predictions.shape == [samples, 2])
      let found = FixtureArray(shape: predictions.shape, values: predictions.values).transposed.values
      #expect(largestDifference(found, expected) < GradientTests.tolerance, "\(way)")
    }
  }

  /// Pruned weights get no gradient; asking for a parameter that is not there gets none either.
  @Test func gradientsAreZeroOutsideTheMask() {
    var network = perceptron([3, 2])
    network.visitParameters { path, parameter in
      guard path.name == "weight" else { return }
      parameter.prune(keeping: Mask([true, false, true, false, true, false], shape: [2, 3]))
    }
    let workspace = Workspace(for: network, batchSize: 1, purpose: .training)
    workspace.input.values.update(repeating: 1)
    network.forward(in: workspace)
    workspace.outputGradient!.values.update(repeating: 1)
    network.backward(in: workspace)
    let weight = ParameterPath(node: "fc1", name: "weight")
    #expect(workspace.gradients!.gradient(of: weight, in: network)?.values == [1, 0, 1, 0, 1, 0])
    #expect(workspace.gradients!.gradient(of: ParameterPath(node: "fc1", name: "x"), in: network) == nil)
  }

  /// Dropout depends on the key alone, drops about its share and keeps the mean.
  @Test(arguments: ComputeCase.all)
  func dropoutFollowsItsKey(_ way: ComputeCase) {
    let dropout = Dropout(probability: 0.25)
    func factors(_ key: UInt64, at index: Int = 0) -> [Double] {
      dropoutFactors(dropout, at: index, count: 100, batch: 100, key: key, on: way.compute)
    }
    let first = factors(1)
    #expect(first == factors(1) && first != factors(2) && first != factors(1, at: 1), "\(way)")
    #expect(Set(first) == [0, Double(1 / (1 - 0.25) as Float)], "\(way)")
    // 10,000 draws: a deviation of 0.0043, of which six are allowed.
    #expect(abs(Double(first.count { $0 == 0 }) / 10_000 - 0.25) < 0.026, "\(way)")
  }
}

func perceptron(_ sizes: [Int], seed: UInt64 = 1) -> Network {
  var generator = Xoshiro256(seed: seed)
  return Network.perceptron(sizes: sizes, using: &generator)
}
