internal import EspalierTensors

extension Network {
  /// The network for inference without those selections of features that only sparse linear layers read: a sparse layer never
  /// touches an input that it has no weight for, so it may as well read them all.
  ///
  /// Layers of a density up to a quarter take a selection in: their weights become packed, with as many columns as the
  /// selection has inputs, and the same survivors. Outputs are the same to rounding. Costs O(survivors) of those layers;
  /// without any the network is this one.
  public func foldingSelections() -> Network {
    let foldable = nodes.indices.filter(canFoldSelection)
    guard !foldable.isEmpty else { return self }
    var network = Network(inputShape: inputShape)
    var places: [Source: Source] = [.input: .input]
    for (index, node) in nodes.enumerated() {
      if foldable.contains(index) {
        places[.node(index)] = places[node.sources[0]]!
        continue
      }
      var layer = node.layer
      if case .node(let source)? = node.sources.first, foldable.contains(source) {
        readAll(&layer, behind: source)
      }
      places[.node(index)] = network.append(layer, name: node.name, after: node.sources.map { places[$0]! })
    }
    return network
  }

  private func canFoldSelection(_ index: Int) -> Bool {
    guard case .selects = nodes[index].layer.channelFlow.rule, nodes[index].outputShape.count == 1,
      index < nodes.count - 1
    else { return false }
    return nodes.allSatisfy { reader in
      !reader.sources.contains(.node(index)) || reader.layer.linear.map { $0.weight.density <= 0.25 } ?? false
    }
  }

  /// Gives the weights of a layer behind a selection the columns of the selection's input.
  private func readAll(_ layer: inout any Layer, behind selection: Int) {
    guard case .selects(let indices) = nodes[selection].layer.channelFlow.rule, var linear = layer.linear
    else { return }
    linear.weight.pack()
    guard let matrix = linear.weight.packed else { return }
    let columns = channelCount(of: nodes[selection].sources[0])
    linear.weight = Parameter(matrix.spread(to: indices, of: columns), role: linear.weight.role)
    layer = linear
  }
}
