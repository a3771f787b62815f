extension Network {
  /// The network up to a node, which gives the output; the layers share their values with this one.
  ///
  /// Traps unless there is a node of that position. Costs O(nodes).
  public func prefix(through index: Int) -> Network {
    precondition(nodes.indices.contains(index), "node \(index) of \(nodes.count) nodes")
    var part = Network(inputShape: inputShape)
    for node in nodes[...index] { part.append(node.layer, name: node.name, after: node.sources) }
    return part
  }
}
