import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

/// Training packed layers is training masked ones: the same numbers up to the order of sums.
@Suite struct PackedTrainingTests {
  private static let optimizers: [any Optimizer] = [
    SGD(learningRate: 0.05), SGD(learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3),
    Adam(learningRate: 0.002, weightDecay: 1e-3), Adam.adamW(learningRate: 0.002),
  ]

  @Test(arguments: ComputeCase.all, [1, 7, 64])
  func gradientsAgreeToRounding(way: ComputeCase, batch: Int) throws {
    try way {
      let dense = prunedNetwork(seed: 1)
      var packed = dense
      packed.pack(upTo: 1)
      let data = dataset(seed: 2, count: batch)
      let (a, b) = (gradients(of: dense, data), gradients(of: packed, data))
      for (path, _) in dense.parameters {
        let (x, y) = try (
          #require(a.gradient(of: path, in: dense)), #require(b.gradient(of: path, in: packed))
        )
        // Sums of at most 90 terms through three layers, of values around 1: some hundred roundings.
        let scale = x.values.reduce(Float(1e-3)) { max($0, abs($1)) }
        for index in 0..<x.count {
          #expect(abs(x[flat: index] - y[flat: index]) <= 200 * 0x1p-24 * scale, "\(path), element \(index)")
        }
      }
    }
  }

  @Test(arguments: optimizers.indices)
  func trainingStaysWithTheDenseOne(_ index: Int) {
    let data = dataset(seed: 3, count: 150)
    var dense = prunedNetwork(seed: 4)
    var packed = dense
    for (network, density) in [(\PairOfNetworks.dense, 0.0), (\PairOfNetworks.packed, 1.0)] {
      var pair = PairOfNetworks(dense: dense, packed: packed)
      var trainer = Trainer(
        epochs: 2, batchSize: 64, optimizer: Self.optimizers[index], seed: 5, packingDensity: density)
      trainer.train(&pair[keyPath: network], on: data)
      (dense, packed) = (pair.dense, pair.packed)
    }
    #expect(packed.parameters.contains { $0.parameter.isPacked })
    #expect(!dense.parameters.contains { $0.parameter.isPacked })
    for ((path, x), (_, y)) in zip(dense.parameters, packed.parameters) {
      #expect(x.mask == y.mask, "\(path)")
      for (a, b) in zip(x.values.values, y.values.values) {
        // Adam divides by the root of a small moment, which makes much of a rounding in the first steps.
        #expect(abs(a - b) <= 2e-3 * max(abs(a), 0.1), "\(path)")
        if a == 0 { #expect(b == 0, "\(path)") }
      }
    }
  }

  /// Pruning and packing between two trainings with one optimizer keep the moments of the survivors.
  @Test(arguments: optimizers.indices)
  func momentsMoveWithTheWeights(_ index: Int) {
    let data = dataset(seed: 6, count: 128)
    var dense = prunedNetwork(seed: 7)
    var packed = dense
    var first = Trainer(epochs: 1, optimizer: Self.optimizers[index], seed: 8, packingDensity: 0)
    var second = Trainer(epochs: 1, optimizer: Self.optimizers[index], seed: 8, packingDensity: 1)
    for sparsity in [0.6, 0.8, 0.9] {
      first.train(&dense, on: data)
      second.train(&packed, on: data)
      dense.prune(sparsity: sparsity, within: .eachParameter)
      // The same mask, whatever rounding did to values at the threshold.
      for ((path, x), (_, _)) in zip(dense.parameters, packed.parameters) where x.role == .weight {
        packed.visitParameters { other, parameter in if other == path { parameter.prune(keeping: x.mask!) } }
      }
      // The layers change their form as well, and back.
      if sparsity == 0.8 { packed.unpack() }
      second.packingDensity = sparsity == 0.8 ? 0.1 : 1
    }
    first.train(&dense, on: data)
    second.train(&packed, on: data)
    for ((path, x), (_, y)) in zip(dense.parameters, packed.parameters) {
      for (a, b) in zip(x.values.values, y.values.values) {
        #expect(abs(a - b) <= 5e-3 * max(abs(a), 0.1), "\(path)")
      }
    }
  }

  /// Nobody needs the gradient by the network's input, so the first layer has no layout for it.
  @Test func theFirstLayerIsNotTransposed() {
    var network = prunedNetwork(seed: 9)
    network.prune(sparsity: 0.7, within: .eachParameter)
    var trainer = Trainer(epochs: 1, seed: 8, packingDensity: 1)
    trainer.train(&network, on: dataset(seed: 6, count: 128))
    let patterns = network.parameters.compactMap(\.parameter.pattern)
    #expect(patterns.map(\.hasTransposedLayout) == [false, true, true])
  }

  @Test func aWorkspacePlannedBeforePackingTraps() async {
    await #expect(processExitsWith: .failure) {
      var generator = Xoshiro256(seed: 1)
      var network = Network.perceptron(sizes: [8, 4, 2], using: &generator)
      network.prune(sparsity: 0.5, within: .eachParameter)
      let workspace = Workspace(for: network, batchSize: 2, purpose: .training)
      network.pack(upTo: 1)
      network.forward(in: workspace)
      network.backward(in: workspace)
    }
  }

  private struct PairOfNetworks {
    var dense: Network
    var packed: Network
  }

  private func prunedNetwork(seed: UInt64) -> Network {
    var generator = Xoshiro256(seed: seed)
    var network = Network.perceptron(sizes: [90, 70, 40, 5], using: &generator)
    network.prune(sparsity: 0.5, within: .eachParameter)
    return network
  }

  private func dataset(seed: UInt64, count: Int) -> Dataset {
    var generator = Xoshiro256(seed: seed)
    let samples = Tensor(uniform: -1..<1, shape: [count * 90], using: &generator)
    let classes = (0..<count).map { _ in Int32.random(in: 0..<5, using: &generator) }
    return Dataset(
      samples: .floats(samples.values), sampleShape: [90], answers: .classes(classes, count: 5))
  }

  private func gradients(of network: Network, _ data: Dataset) -> ParameterGradients {
    let workspace = Workspace(for: network, batchSize: data.count, purpose: .training)
    let compute = Compute.current
    let indices = (0..<Int32(data.count)).map { $0 }
    var classes = [Int32](repeating: 0, count: data.count)
    indices.withUnsafeBufferPointer { indices in
      data.gatherSamples(indices, into: workspace.input, on: compute)
      classes.withUnsafeMutableBufferPointer { data.gatherClasses(indices, into: $0) }
    }
    network.forward(in: workspace, on: compute)
    classes.withUnsafeBufferPointer {
      _ = CrossEntropy().evaluate(
        workspace.output, .classes($0), gradient: workspace.outputGradient, on: compute)
    }
    network.backward(in: workspace, on: compute)
    return workspace.gradients!
  }
}
