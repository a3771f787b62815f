package import EspalierNetworks
package import EspalierTensors

/// The inputs that samples give to the linear layers of a network.
package struct LayerInputs: Sendable {
  private var activations: [String: Tensor] = [:]

  /// Runs the network on samples [count, input shape…], up to each of its linear layers.
  package init(of network: Network, for samples: Tensor) {
    var known: [Network.Source: Tensor] = [.input: samples]
    for node in network.nodes where node.layer.linear != nil {
      let source = node.sources[0]
      let outputs = known[source] ?? network.outputs(at: source, for: samples)
      known[source] = outputs
      let width = outputs.shape.dropFirst().reduce(1, *)
      activations[node.name] = outputs.reshaped(to: [samples.shape[0], width])
    }
  }

  /// The inputs of a layer, [count, inputs]; nil where there is no linear layer of that name.
  package subscript(name: String) -> Tensor? { activations[name] }

  /// The names of the layers and their inputs.
  package var all: [String: Tensor] { activations }
}

extension Network {
  /// The outputs of a node for samples [count, input shape…]: [count, the node's output shape…].
  package func outputs(at source: Network.Source, for samples: Tensor) -> Tensor {
    guard case .node(let index) = source else { return samples }
    return prefix(through: index).predict(samples)
  }
}
