import EspalierNetworks
import EspalierTensors
import EspalierTestSupport

/// A network that contains what is to be checked, with a batch and an objective.
///
/// Its first layer is a `Linear` whose weight gradient depends on the gradient by everything after it, so checking
/// parameters checks input gradients too. A batch of 17 is one more than the widest vector.
struct GradientCase: Sendable, CustomStringConvertible {
  static let batch = 17
  static let inputs = 6
  static let outputs = 4
  static let key: UInt64 = 42

  let description: String
  let network: Network
  let objective: Objective
  let input: [Float]

  init(
    _ name: String, regression: Bool = false, smoothing: Float = 0, seed: UInt64 = 1,
    _ build: (inout Xoshiro256) -> Network
  ) {
    var generator = Xoshiro256(seed: seed)
    description = "\(name), seed \(seed)"
    network = build(&generator)
    input = Tensor(uniform: -1..<1, shape: [Self.inputs * Self.batch], using: &generator).values
    let count = network.outputShape.reduce(1, *)
    objective =
      regression
      ? .meanSquaredError(Tensor(uniform: -1..<1, shape: [count * Self.batch], using: &generator).values)
      : .crossEntropy(
        classes: (0..<Self.batch).map { _ in Int32.random(in: 0..<Int32(count), using: &generator) },
        smoothing: smoothing)
  }

  /// Linear → the components → Linear.
  static func between(
    _ name: String, seed: UInt64 = 1, bias: Bool = true,
    @NetworkBuilder _ components: () -> [any NetworkComponent]
  ) -> GradientCase {
    let components = components()
    return GradientCase(name, seed: seed) { generator in
      Network(input: [inputs]) {
        Linear(inputs: inputs, outputs: 5, bias: bias, using: &generator).named("first")
        components
        Linear(inputs: 5, outputs: outputs, bias: bias, using: &generator).named("last")
      }
    }
  }

  /// Linear → the component as the network's end.
  static func ending(_ name: String, regression: Bool, _ component: any NetworkComponent) -> GradientCase {
    GradientCase(name, regression: regression) { generator in
      Network(input: [inputs]) {
        Linear(inputs: inputs, outputs: outputs, using: &generator).named("first")
        component
      }
    }
  }

  /// The oracle with the patterns that dropout has in this case's training pass.
  func oracle(on compute: Compute) -> NetworkOracle {
    var oracle = NetworkOracle(network)
    for (index, node) in network.nodes.enumerated() {
      guard let dropout = node.layer as? Dropout else { continue }
      oracle.dropoutFactors[node.name] = dropoutFactors(
        dropout, at: index, count: node.outputShape.reduce(1, *), batch: Self.batch, key: Self.key,
        on: compute)
    }
    return oracle
  }
}

/// What a dropout node at a position in a graph makes of ones: its pattern depends on the key, the node's position and
/// the element's, on nothing before it.
func dropoutFactors(
  _ dropout: Dropout, at index: Int, count: Int, batch: Int, key: UInt64, on compute: Compute
) -> [Double] {
  let probe = Network(input: [count]) {
    for _ in 0..<index { Flatten() }
    dropout
  }
  let workspace = Workspace(for: probe, batchSize: batch, purpose: .training)
  workspace.input.values.update(repeating: 1)
  workspace.setRandomKey(key)
  probe.forward(in: workspace, on: compute)
  return workspace.output.values.map(Double.init)
}
