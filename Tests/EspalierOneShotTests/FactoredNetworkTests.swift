import EspalierNetworks
import EspalierOneShot
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct FactoredNetworkTests {
  /// Two padded and strided convolutions and two fully connected layers on 8 × 8 images of two channels.
  private func convolutional(_ generator: inout Xoshiro256) -> Network {
    Network(input: [2, 8, 8]) {
      Conv2d(inputs: 2, outputs: 6, kernel: 3, stride: 2, padding: 1, using: &generator).named("conv1")
      ReLU()
      Conv2d(inputs: 6, outputs: 5, kernel: Extent(height: 2, width: 3), padding: 1, using: &generator)
        .named("conv2")
      ReLU()
      Flatten()
      Linear(inputs: 5 * 5 * 4, outputs: 12, using: &generator).named("fc1")
      ReLU()
      Linear(inputs: 12, outputs: 3, bias: false, using: &generator).named("fc2")
    }
  }

  @Test("Full rank: the same outputs, with or without weighting or a residual", arguments: waysOfPruning)
  func fullRank(_ way: ComputeCase) throws {
    var generator = Xoshiro256(seed: 1)
    let network = convolutional(&generator)
    let samples = Tensor(uniform: 0..<1, shape: [40, 2, 8, 8], using: &generator)
    for (weights, residual) in [(false, 0), (true, 0), (true, 0.1)] {
      let found = try way {
        try LowRankFactorisation(
          rank: .rank(1000), residual: residual, weightsByInputs: weights, damping: 0.001, allowsLarger: true
        ).factor(network, calibration: samples)
      }
      let names = found.network.nodes.map(\.name)
      let conv1 = ["conv1.down", "conv1.up"] + (residual > 0 ? ["conv1.residual", "conv1.sum"] : [])
      #expect(Array(names.prefix(conv1.count)) == conv1)
      #expect(found.layers.map(\.rank) == [6, 5, 12, 3])
      #expect(found.network.outputShape == network.outputShape)
      let (y, z) = way { (network.predict(samples), found.network.predict(samples)) }
      #expect(largestDifference(z.values, y.values.map(Double.init)) < 1e-4, "\(weights), \(residual)")
    }
  }

  @Test(
    "The error reported is that of the layer's outputs; counts are those of the network",
    arguments: waysOfPruning)
  func reports(_ way: ComputeCase) throws {
    var generator = Xoshiro256(seed: 2)
    let network = convolutional(&generator)
    let samples = Tensor(uniform: 0..<1, shape: [50, 2, 8, 8], using: &generator)
    for layer in ["conv1", "conv2", "fc1"] {
      let found = try way {
        try LowRankFactorisation(rank: .rank(2), residual: 0.1, layers: [layer])
          .factor(network, calibration: samples)
      }
      let report = try #require(found.layers.first)
      #expect(found.layers.count == 1 && report.rank == 2)
      let index = network.nodes.firstIndex { $0.name == layer }!
      let after = found.network.nodes.firstIndex { $0.name == "\(layer).sum" }!
      let error = way {
        relativeError(
          network.prefix(through: index), found.network.prefix(through: after), samples,
          bias: network[ParameterPath(node: layer, name: "bias")]?.values)
      }
      #expect(abs(error - report.relativeError) < 1e-4 * (1 + error), "\(layer)")
      let weights = found.network.parameters.filter { $0.parameter.role == .weight }
      let own = weights.filter { $0.path.node.hasPrefix("\(layer).") }
      #expect(own.reduce(0) { $0 + $1.parameter.survivors } == report.valuesAfter)
      #expect(report.valuesAfter < report.valuesBefore)
      let saved = report.multiplyAccumulatesBefore - report.multiplyAccumulatesAfter
      #expect(
        network.multiplyAccumulates.surviving - found.network.multiplyAccumulates.surviving == saved,
        "\(layer)")
    }
  }

  /// The squared error of the outputs over their squares, without the bias.
  private func relativeError(_ before: Network, _ after: Network, _ samples: Tensor, bias: Tensor?) -> Double
  {
    let (y, z) = (before.predict(samples), after.predict(samples))
    let outputs = y.count / samples.shape[0]
    let pixels = outputs / (bias?.count ?? outputs)
    var (error, energy) = (0.0, 0.0)
    for index in 0..<y.count {
      let b = Double(bias?.values[index % outputs / pixels] ?? 0)
      let (d, v) = (Double(y[flat: index]) - Double(z[flat: index]), Double(y[flat: index]) - b)
      error += d * d
      energy += v * v
    }
    return error / energy
  }

  @Test("Layers that would not get smaller stay, bit for bit; names that are taken are not taken again")
  func staysAndNames() throws {
    var generator = Xoshiro256(seed: 3)
    let network = Network(input: [20]) {
      Linear(inputs: 20, outputs: 16, using: &generator).named("a")
      ReLU().named("a.down")
      Linear(inputs: 16, outputs: 3, using: &generator).named("b")
    }
    let found = try LowRankFactorisation(rank: .rank(3)).factor(network)
    #expect(found.network.nodes.map(\.name) == ["a.down2", "a.up", "a.down", "b"])
    #expect(found.layers.map(\.rank) == [3, nil])
    #expect(found.layers[1].valuesAfter == 48 && found.layers[1].relativeError == 0)
    let path = ParameterPath(node: "b", name: "weight")
    #expect(found.network[path]!.values.bits == network[path]!.values.bits)

    var sparse = network
    sparse.prune(sparsity: 0.9, within: .eachParameter)
    #expect(try LowRankFactorisation(rank: .rank(3)).factor(sparse).layers.map(\.rank) == [nil, nil])
    let larger = try LowRankFactorisation(rank: .rank(3), allowsLarger: true).factor(sparse)
    #expect(larger.layers.map(\.rank) == [3, 3])
  }

  @Test("What has no rank small enough, or is not finite, is refused with the layer's name")
  func refusals() throws {
    var generator = Xoshiro256(seed: 4)
    let network = Network.perceptron(sizes: [20, 16, 3], using: &generator)
    let error = #expect(throws: LowRankError.self) {
      try LowRankFactorisation(rank: .multiplyAccumulates(0.2)).factor(network)
    }
    #expect(error?.layer == "fc2" && error?.reason == .noRoom(multiplyAccumulates: 48, least: 19))
    var samples = Tensor(uniform: 0..<1, shape: [9, 20], using: &generator)
    samples[3, 4] = .infinity
    let notFinite = #expect(throws: LowRankError.self) {
      try LowRankFactorisation(rank: .rank(2)).factor(network, calibration: samples)
    }
    #expect(notFinite?.layer == "fc1")
  }
}
