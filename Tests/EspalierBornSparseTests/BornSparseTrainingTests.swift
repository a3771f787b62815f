import EspalierData
import EspalierFormats
import EspalierInference
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite("Training networks that are born sparse")
struct BornSparseTrainingTests {
  private static let optimizers: [any Optimizer] = [
    SGD(learningRate: 0.05), SGD(learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3),
    Adam(learningRate: 0.002, weightDecay: 1e-3), Adam.adamW(learningRate: 0.002),
  ]

  private func network(seed: UInt64) -> Network {
    var generator = Xoshiro256(seed: seed)
    return .perceptron(sizes: [40, 60, 50, 8], connectivity: .density(0.1), using: &generator)
  }

  private func dataset(_ count: Int, seed: UInt64) -> Dataset {
    var generator = Xoshiro256(seed: seed)
    return Dataset(
      samples: .floats((0..<count * 40).map { _ in Float.random(in: -1..<1, using: &generator) }),
      sampleShape: [40],
      answers: .classes((0..<count).map { _ in Int32.random(in: 0..<8, using: &generator) }, count: 8))
  }

  /// The same pattern and the same values under a mask: sums of at most 60 terms through three layers, of values around 1,
  /// so some hundred roundings.
  @Test(
    "Forward and gradients are those of the masked network", arguments: ComputeCase.all, [1, 2, 3, 4, 5, 64])
  func gradients(way: ComputeCase, batch: Int) throws {
    try way {
      let packed = network(seed: 1)
      var masked = packed
      masked.unpack()
      let (a, b) = (pass(packed, dataset(batch, seed: 2)), pass(masked, dataset(batch, seed: 2)))
      #expect(largestDifference(a.output, b.output.map(Double.init)) <= 200 * 0x1p-24)
      for (path, _) in packed.parameters {
        let (x, y) = try (
          #require(a.gradients.gradient(of: path, in: packed)),
          #require(b.gradients.gradient(of: path, in: masked))
        )
        let scale = y.values.reduce(Float(1e-3)) { max($0, abs($1)) }
        for index in 0..<x.count {
          #expect(abs(x[flat: index] - y[flat: index]) <= 200 * 0x1p-24 * scale, "\(path), element \(index)")
        }
      }
    }
  }

  private func pass(_ network: Network, _ data: Dataset) -> (output: [Float], gradients: ParameterGradients) {
    let workspace = Workspace(for: network, batchSize: data.count, purpose: .training)
    let indices = Array(0..<Int32(data.count))
    indices.withUnsafeBufferPointer { data.gatherSamples($0, into: workspace.input, on: .current) }
    network.forward(in: workspace)
    let output = Array(workspace.output.values)
    guard case .classes(let labels, _) = data.answers else { preconditionFailure("no classes") }
    labels.withUnsafeBufferPointer {
      _ = CrossEntropy().evaluate(
        workspace.output, .classes($0), gradient: workspace.outputGradient, on: .current)
    }
    network.backward(in: workspace)
    return (output, workspace.gradients!)
  }

  @Test("Every optimizer goes the way of the masked network", arguments: optimizers.indices)
  func everyOptimizer(_ index: Int) {
    for batch in [2, 32] {
      var packed = network(seed: 3)
      var masked = packed
      masked.unpack()
      func train(_ network: inout Network, packingDensity: Double) {
        var trainer = Trainer(
          epochs: 1, batchSize: batch, optimizer: Self.optimizers[index], packingDensity: packingDensity)
        trainer.train(&network, on: dataset(40, seed: 4))
      }
      train(&packed, packingDensity: 0.5)
      train(&masked, packingDensity: 0)
      for ((path, a), (_, b)) in zip(packed.parameters, masked.parameters) {
        #expect(a.mask == b.mask && a.isPacked == (a.mask != nil) && !b.isPacked)
        // Roundings grow from step to step, and Adam divides by small roots.
        #expect(largestDifference(a.values.values, b.values.values.map(Double.init)) < 1e-3, "\(path)")
      }
    }
  }

  @Test("Saved and read again, nothing is lost")
  func files() throws {
    let folder = TemporaryFolder()
    let path = folder.path("network.safetensors")
    let network = network(seed: 5)
    for form in [NetworkForm.dense, .compact()] {
      try NetworkFile(network).write(to: path, form: form)
      let read = try NetworkFile(contentsOf: path).network
      for ((name, a), (_, b)) in zip(network.parameters, read.parameters) {
        #expect(a.values.bits == b.values.bits && a.mask == b.mask, "\(name), \(form)")
      }
    }
  }

  /// One hidden layer of `neurons` inputs and outputs, and one sample for it.
  private func huge(_ neurons: Int, seed: UInt64) -> (network: Network, data: Dataset) {
    var generator = Xoshiro256(seed: seed)
    let first = SparsePattern.random(rows: neurons, columns: neurons, survivors: 50_000, using: &generator)
    let last = SparsePattern.random(rows: 4, columns: neurons, survivors: 5000, using: &generator)
    let network = Network(input: [neurons]) {
      Linear(pattern: first, using: &generator).named("fc1")
      ReLU()
      Linear(pattern: last, using: &generator).named("fc2")
    }
    let data = Dataset(
      samples: .floats([Float](repeating: 0.5, count: neurons)), sampleShape: [neurons],
      answers: .classes([2], count: 4))
    return (network, data)
  }

  /// Dense, the matrix would take 1.4 TB, and its mask 45 GB.
  @Test("600,000 neurons on 600,000 inputs train a step")
  func largestLayer() {
    var (network, data) = huge(600_000, seed: 6)
    var trainer = Trainer(epochs: 2, batchSize: 1, optimizer: SGD(learningRate: 0.1, momentum: 0.9))
    let epochs = trainer.train(&network, on: data).epochs
    #expect(epochs[1].loss < epochs[0].loss)
    #expect(network.parameters[0].parameter.survivors == 50_000)
  }

  @Test("A layer that is born sparse stays packed in training, whatever its density", arguments: [1, 3, 64])
  func staysPacked(batch: Int) {
    var generator = Xoshiro256(seed: 9)
    var born = Network.perceptron(sizes: [40, 60, 50, 8], connectivity: .density(0.7), using: &generator)
    var masked = born
    masked.unpack()
    for step in 0..<2 {
      train(&born, batch: batch)
      train(&masked, batch: batch)
      // The last layer is dense: its outputs have no more inputs than they need.
      #expect(weights(of: born).map(\.isPacked) == [true, true, false], "training \(step)")
      #expect(!weights(of: masked).contains { $0.isPacked }, "training \(step)")
    }
    for ((path, x), (_, y)) in zip(born.parameters, masked.parameters) {
      // Some hundred roundings, and steps that add up.
      #expect(largestDifference(x.values.values, y.values.values.map(Double.init)) <= 1e-4, "\(path)")
    }
  }

  private func train(_ network: inout Network, batch: Int) {
    var trainer = Trainer(epochs: 1, batchSize: batch, optimizer: SGD(learningRate: 0.05))
    trainer.train(&network, on: dataset(70, seed: 3))
  }

  private func weights(of network: Network) -> [Parameter] {
    network.parameters.map(\.parameter).filter { $0.role == .weight }
  }

  /// 1.6 · 10⁹ places are more than are ever made dense.
  @Test(
    "A layer too large to be dense is trained by all optimizers, is pruned, evolves, is stored, and answers")
  func everythingOfALargeLayer() throws {
    var (network, data) = huge(40_000, seed: 7)
    var losses: [Double] = []
    for optimizer in Self.optimizers {
      var trainer = Trainer(epochs: 1, batchSize: 1, optimizer: optimizer, packingDensity: 0)
      losses.append(trainer.train(&network, on: data).epochs[0].loss)
    }
    #expect(losses.allSatisfy { $0.isFinite } && losses[3] < losses[0])
    var generator = Xoshiro256(seed: 8)
    network.evolve(fraction: 0.3, using: &generator)
    #expect(network.parameters[0].parameter.survivors == 50_000)
    network.prune(sparsity: 1 - 40_000 / 1.6e9, within: .eachParameter, .weights(of: ["fc1"]))
    #expect(network.parameters[0].parameter.survivors == 40_000)
    network.prune(threshold: 0.1)
    network.prune(standardDeviations: 1)
    #expect(SurvivorReport(of: network).alive < 85_004)
    network.pack(upTo: 0)
    #expect(network.parameters[0].parameter.isPacked)
    let folder = TemporaryFolder()
    try NetworkFile(network).write(to: folder.path("large.safetensors"))
    let stored = try NetworkFile(contentsOf: folder.path("large.safetensors")).network
    let sample = Tensor(repeating: 0.5, shape: [1, 40_000])
    let answers = InferencePlan(network, batchSize: 1).predict(sample)
    #expect(answers.values.allSatisfy { $0.isFinite })
    #expect(InferencePlan(stored, batchSize: 1).predict(sample).bits == answers.bits)
    #expect(network.evaluate(on: data).loss.isFinite)
  }

  #if !canImport(Darwin)
    @Test("What would be dense and too large traps")
    func traps() async {
      await #expect(processExitsWith: .failure) {
        var generator = Xoshiro256(seed: 7)
        let pattern = SparsePattern.random(rows: 1 << 15, columns: 1 << 15, survivors: 10, using: &generator)
        _ = Linear(pattern: pattern, using: &generator).weight.values
      }
      await #expect(processExitsWith: .failure) {
        var generator = Xoshiro256(seed: 7)
        let pattern = SparsePattern.random(rows: 1 << 15, columns: 1 << 15, survivors: 10, using: &generator)
        _ = Linear(pattern: pattern, using: &generator).weight.mask
      }
    }
  #endif
}
