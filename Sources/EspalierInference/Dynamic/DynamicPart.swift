internal import EspalierNetworks
internal import EspalierTensors

/// A network lowered for one sample at a time, whose linear layers may skip inputs: the body, or the classifier of a head.
final class DynamicPart: Sendable {
  /// What computes a linear layer.
  enum Choice: Sendable {
    /// Reads so many weights whatever the sample is.
    case whole(any PlanOperator, weights: Int)
    case columns(ColumnOperator)
  }

  let network: Network
  /// What was chosen for each node that is a linear layer.
  let choices: [Choice?]
  let compute: Compute
  /// The multiply-adds of weights that are left in each node, whatever the sample is; for linear layers choices count.
  private let multiplyAccumulates: [Int]

  /// Lowers a network; `activations` are the inputs of the linear layers for typical samples, by the names of nodes.
  init(
    _ network: Network, skipping: [String: ActivationSkipping], selection: DynamicSelection,
    on compute: Compute
  ) {
    let activations = selection.samples.map { LayerInputs(of: network, for: $0) }
    var lowered = network
    var choices: [Choice?] = []
    for (index, node) in network.nodes.enumerated() {
      let choice = node.layer.linear.map { layer in
        selection.choose(
          for: layer, skipping: skipping[node.name] ?? .zeros, inputs: activations?[node.name], on: compute)
      }
      choices.append(choice)
      if case .whole(let chosen as LayerOperator, _)? = choice {
        lowered.replaceLayer(at: index, with: chosen.layer)
      }
    }
    self.network = lowered
    self.choices = choices
    self.compute = compute
    multiplyAccumulates = network.nodes.map { network.multiplyAccumulates(of: $0).surviving }
  }

  /// A single layer with a rectifier after it, computed as chosen.
  init(_ layer: Linear, _ choice: Choice, on compute: Compute) {
    var stored = layer
    if case .whole(let chosen as LayerOperator, _) = choice { stored = chosen.layer }
    network = Network(input: [layer.inputs]) {
      stored
      ReLU()
    }
    choices = [choice, nil]
    self.compute = compute
    multiplyAccumulates = [layer.weight.survivors, 0]
  }

  /// The memory of one sample.
  func makeMemory() -> PartMemory {
    ThreadCount.$current.withValue(compute.threads) {
      PartMemory(Workspace(for: network, batchSize: 1, purpose: .inference))
    }
  }

  /// The most inputs of a linear layer.
  var mostInputs: Int { network.nodes.reduce(0) { max($0, $1.layer.linear?.inputs ?? 0) } }

  /// The linear layers in order.
  var layers: [DynamicLayer] {
    zip(network.nodes, choices).compactMap { node, choice in
      guard let layer = node.layer.linear, let choice else { return nil }
      let (operation, skipping): (DynamicOperation, ActivationSkipping?) =
        switch choice {
        case .whole(let chosen, _): (.whole(chosen.kind), nil)
        case .columns(let chosen): (chosen.operation, chosen.skipping)
        }
      return DynamicLayer(
        name: node.name, operation: operation, skipping: skipping, survivors: layer.weight.survivors)
    }
  }

  /// The multiply-adds of weights that are left for one sample.
  var weightCount: Int { multiplyAccumulates.reduce(0, +) }

  /// Runs one step and returns how many weights it read, each as often as it is multiplied: a convolution's once for every
  /// pixel of its output.
  func run(_ step: PartMemory.Step, _ active: ActiveInputs) -> Int {
    switch choices[step.node] {
    case .whole(let chosen, let weights):
      chosen.run(step.context, on: compute)
      return weights
    case .columns(let chosen): return chosen.run(step.context, active, on: compute)
    case nil:
      network.nodes[step.node].layer.forward(step.context, on: compute)
      return multiplyAccumulates[step.node]
    }
  }

  /// Runs all steps on values that are copied in, and returns how many weights they read.
  func run(_ values: UnsafePointer<Float>, in memory: PartMemory, _ active: ActiveInputs) -> Int {
    memory.input.base.update(from: values, count: memory.input.count)
    var weights = 0
    for step in memory.steps { weights += run(step, active) }
    return weights
  }
}
