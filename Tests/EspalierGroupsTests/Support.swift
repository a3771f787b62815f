import EspalierNetworks
import EspalierTensors
import EspalierTestSupport

/// A network to be written down node by node, every layer after the named ones.
struct Graph {
  var network: Network
  var generator = Xoshiro256(seed: 5)

  /// A graph that begins with `first`, of shape `input`.
  init(_ input: [Int], _ first: some NetworkComponent) { network = Network(input: input) { first } }

  /// Appends a layer under a name, its inputs by name.
  mutating func add(_ name: String, _ layer: some Layer, _ sources: String...) {
    network.append(layer, name: name, after: sources.map(source))
  }

  mutating func linear(_ name: String, _ inputs: Int, _ outputs: Int, _ source: String) {
    add(name, Linear(inputs: inputs, outputs: outputs, using: &generator), source)
  }

  mutating func conv(
    _ name: String, _ inputs: Int, _ outputs: Int, kernel: Extent = 3, padding: Extent = 1, groups: Int = 1,
    _ source: String
  ) {
    add(
      name,
      Conv2d(
        inputs: inputs, outputs: outputs, kernel: kernel, padding: padding, groups: groups, using: &generator),
      source)
  }

  private func source(_ name: String) -> Network.Source {
    name == "input" ? .input : .node(network.nodes.firstIndex { $0.name == name }!)
  }
}

extension Network {
  /// The network with everything that reads a unit at 0, and so the same outputs as one without the unit.
  func deaf(to units: [Int], of group: DependencyGroup) -> Network {
    var copy = self
    copy.visitParameters { path, parameter in
      for slice in group.slices where slice.side == .reads && slice.path == path {
        var values = parameter.values
        let inner = parameter.shape.dropFirst(slice.axis + 1).reduce(1, *)
        let gone = Set(units.flatMap { slice.indices[$0] })
        for index in 0..<values.count where gone.contains(index / inner % parameter.shape[slice.axis]) {
          values[flat: index] = 0
        }
        parameter.values = values
      }
    }
    return copy
  }

  /// The outputs for five random samples.
  func outputs(seed: UInt64) -> [Double] {
    var generator = Xoshiro256(seed: seed)
    return predict(Tensor(uniform: -1..<1, shape: [5] + inputShape, using: &generator)).values.map(
      Double.init)
  }
}

/// A layer of a user's own that says nothing of channels.
struct Reversed: Layer {
  static let kind = "reversed"
  var configuration: EmptyConfiguration { EmptyConfiguration() }
  init() {}
  init(configuration: EmptyConfiguration, parameters: inout any ParameterSource) {}
  func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] { try onlyInput(of: inputs) }
  func forward(_ context: LayerContext, on compute: Compute) {
    for row in 0..<context.input.rows {
      for column in 0..<context.input.columns {
        context.output[row, column] = context.input[context.input.rows - 1 - row, column]
      }
    }
  }
  func backward(_ context: LayerContext, on compute: Compute) {}
}
