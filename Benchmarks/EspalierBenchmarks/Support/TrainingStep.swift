import Espalier

/// A perceptron and all that one training step of it needs: forward, cross-entropy, backward, optimizer.
///
/// Eight batches of uniform inputs and random classes are taken in turn, as the peer does.
final class TrainingStep {
  private var network: Network
  private var optimizer: any Optimizer
  private let workspace: Workspace
  private let loss = CrossEntropy()
  private let compute: Compute
  private let inputs: [Tensor]
  private let classes: [[Int32]]
  private var next = -1

  /// The share `sparsity` of every layer's weights, the smallest, is pruned; with 0 there are no masks. Layers of at most
  /// `packingDensity` are packed, by default as the trainer does it.
  convenience init(
    sizes: [Int], batch: Int, optimizer: any Optimizer, sparsity: Double = 0,
    packingDensity: Double? = nil, on compute: Compute,
    using generator: inout Xoshiro256
  ) {
    var network = Network.perceptron(sizes: sizes, using: &generator)
    if sparsity > 0 { network.prune(sparsity: sparsity, within: .eachParameter) }
    network.pack(upTo: packingDensity ?? Trainer.standardPackingDensity(batchSize: batch))
    self.init(network, batch: batch, optimizer: optimizer, on: compute, using: &generator)
  }

  /// A step of the given network, whose answers are flat.
  init(
    _ network: consuming Network, batch: Int, optimizer: any Optimizer, on compute: Compute,
    using generator: inout Xoshiro256
  ) {
    let (features, outputs) = (network.inputShape.reduce(1, *), network.outputShape[0])
    self.network = network
    self.optimizer = optimizer
    self.compute = compute
    let planned = self.network
    workspace = ThreadCount.$current.withValue(compute.threads) {
      Workspace(for: planned, batchSize: batch, purpose: .training)
    }
    inputs = (0..<8).map { _ in Tensor(uniform: 0..<1, shape: [features, batch], using: &generator) }
    classes = (0..<8).map { _ in
      (0..<batch).map { _ in Int32.random(in: 0..<Int32(outputs), using: &generator) }
    }
  }

  /// Brings the next batch into place.
  func prepare() {
    next = (next + 1) % inputs.count
    inputs[next].withUnsafeValues { _ = workspace.input.values.update(fromContentsOf: $0) }
  }

  /// One step on the batch in place, the first one if none has been brought.
  func run() {
    if next < 0 { prepare() }
    network.forward(in: workspace, on: compute)
    classes[next].withUnsafeBufferPointer {
      _ = loss.evaluate(workspace.output, .classes($0), gradient: workspace.outputGradient, on: compute)
    }
    network.backward(in: workspace, on: compute)
    optimizer.step(
      &network, gradients: workspace.gradients!, learningRate: optimizer.learningRate, on: compute)
  }

  /// The outputs for the next batch after `count` steps.
  func outputs(after count: Int) -> [Float] {
    for _ in 0..<count {
      prepare()
      run()
    }
    prepare()
    network.forward(in: workspace, on: compute)
    return Array(workspace.output.values)
  }

  /// Writes the parameters, inputs and classes for a peer that takes the same steps.
  func write(to folder: TemporaryFolder) throws {
    try folder.write(network)
    try folder.write(Tensor(inputs.flatMap(\.values), shape: [inputs.count] + inputs[0].shape), "inputs")
    try classes.flatMap(\.self).withUnsafeBytes { try folder.write($0, "classes") }
  }

  /// How many steps go before results are held against each other, here and in training.py.
  private static let checkedSteps = 2

  /// The step as a side of a comparison. Adam moves a weight by the learning rate even where rounding alone decides the
  /// sign of its gradient, which explains the tolerance.
  func contender(_ name: String, _ work: Work) -> Contender {
    Contender(name, work, prepare: prepare, run).giving(within: 1e-2) {
      self.outputs(after: Self.checkedSteps)
    }
  }
}
