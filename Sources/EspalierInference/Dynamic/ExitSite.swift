public import EspalierNetworks
package import EspalierTensors

/// Where in a network a head reads: which step computes it, and what it is in the graph.
package struct ExitSite: Sendable, Hashable, Comparable {
  /// The node whose step leaves the activation, -1 for the network's input.
  let step: Int
  /// The node whose output it is: the activation function that the step computes in its own pass, if there is one.
  package let source: Network.Source
  /// The length of the activation.
  package let features: Int

  /// Finds a place; traps where `Network.hasExit(at:)` is false.
  package init(_ place: ExitHead.Place, in network: Network) {
    guard let found = ExitSite(finding: place, in: network) else {
      preconditionFailure(
        "no head can be at \(place): expected input or a node before the last step, of \(network.nodes.map(\.name))"
      )
    }
    self = found
  }

  /// Nil unless the network gives one dimension and has such a node, which reaches the output through others that compute
  /// something.
  fileprivate init?(finding place: ExitHead.Place, in network: Network) {
    guard network.outputShape.count == 1 else { return nil }
    let steps = Workspace(for: network, batchSize: 1, purpose: .inference).steps
    var node = -1
    if case .node(let name) = place {
      guard let found = network.usedNode(named: name) else { return nil }
      node = found
    }
    while node >= 0, steps[node].isSilent {
      if case .node(let source) = network.nodes[node].sources[0] { node = source } else { node = -1 }
    }
    guard steps[(node + 1)...].contains(where: { !$0.isSilent }) else { return nil }
    step = node
    guard node >= 0 else {
      (source, features) = (.input, network.inputShape.reduce(1, *))
      return
    }
    features = network.nodes[node].outputShape.reduce(1, *)
    let isFused = steps[node].context.fusedActivation != nil
    source = .node(isFused ? network.activationNode(after: node) : node)
  }

  /// In the order in which a sample meets them.
  package static func < (left: ExitSite, right: ExitSite) -> Bool { left.step < right.step }

  /// What samples [count, input shape…] give here: [count, features].
  package func activations(of network: Network, for samples: Tensor) -> Tensor {
    network.outputs(at: source, for: samples).reshaped(to: [samples.shape[0], features])
  }
}

extension Network {
  /// Whether an `ExitHead` can be at a place: at the input, or at a node on a way to the output, with something left to
  /// compute after it, in a network that gives one dimension.
  public func hasExit(at place: ExitHead.Place) -> Bool { ExitSite(finding: place, in: self) != nil }

  /// The position of a node on a way to the output; nil where there is none of that name.
  fileprivate func usedNode(named name: String) -> Int? {
    var used: Set<Int> = [nodes.count - 1]
    for node in nodes.indices.reversed() where used.contains(node) {
      for case .node(let source) in nodes[node].sources { used.insert(source) }
    }
    return nodes.indices.first { nodes[$0].name == name && used.contains($0) }
  }

  fileprivate func activationNode(after index: Int) -> Int {
    nodes.firstIndex { $0.sources == [.node(index)] && $0.layer.activation != nil }!
  }
}
