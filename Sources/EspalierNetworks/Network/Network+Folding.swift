extension Network {
  /// The network for inference without those batch normalisations that a layer before them can take in:
  /// w′ = w · scale / √(v + ε), b′ = (b − m) · scale / √(v + ε) + shift with the running statistics m, v.
  ///
  /// One is taken in by a `Linear` or `Conv2d` before it whose output nobody else reads. Outputs are the same to rounding;
  /// masks and packed forms stay. What is left keeps its names. Costs a pass over the parameters of the layers that change;
  /// without any the network is this one.
  ///
  /// Source: B. Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference"
  /// (CVPR 2018), section 3.2.
  public func foldingBatchNorm() -> Network {
    let merged = foldableLayers()
    guard !merged.isEmpty else { return self }
    var network = Network(inputShape: inputShape)
    var places: [Source: Source] = [.input: .input]
    for (index, node) in nodes.enumerated() {
      if case .node(let producer)? = node.sources.first, merged[producer]?.reader == index {
        places[.node(index)] = places[.node(producer)]
      } else {
        let layer: any Layer = merged[index]?.layer ?? node.layer
        places[.node(index)] = network.append(
          layer, name: node.name, after: node.sources.map { places[$0]! })
      }
    }
    return network
  }

  /// The layers that take in their only reader, by their positions.
  private func foldableLayers() -> [Int: (layer: any Layer, reader: Int)] {
    var readers = [[Int]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for case .node(let producer) in node.sources { readers[producer].append(index) }
    }
    var merged: [Int: (layer: any Layer, reader: Int)] = [:]
    for (index, node) in nodes.enumerated() {
      // The output must stay the last node.
      guard readers[index].count == 1, let reader = readers[index].first,
        reader < nodes.count - 1 || reader == index + 1,
        let affine = nodes[reader].layer.affineAtInference, let layer = node.layer.followed(by: affine)
      else { continue }
      merged[index] = (layer, reader)
    }
    return merged
  }
}
