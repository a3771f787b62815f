/// A residual block that can leave a network: what lies beside a shortcut that passes its input on as it is, and the sum.
///
/// Without it the sum's readers read the shortcut: y = x + f(x) becomes y = x.
public struct ResidualBlock: Sendable, Hashable, Codable {
  /// The name of the sum.
  public let sum: String
  /// The names of all nodes that go: those of f, and the sum, in the order of the network.
  public let nodes: [String]
}

extension Network {
  /// The residual blocks that can leave, in the order of their sums: those whose shortcut is the identity, whose inside nobody
  /// else reads, and that are not the whole network.
  public var residualBlocks: [ResidualBlock] {
    nodes.indices.compactMap { sum in
      guard type(of: nodes[sum].layer).kind == Add.kind else { return nil }
      let inside = nodes[sum].sources.indices.lazy
        .compactMap { self.inside(of: sum, shortcut: self.nodes[sum].sources[$0]) }.first
      guard let inside, inside.count + 1 < nodes.count else { return nil }
      return ResidualBlock(sum: nodes[sum].name, nodes: (inside + [sum]).map { nodes[$0].name })
    }
  }

  /// The network without a block, layers and names otherwise as they are.
  ///
  /// Traps unless the block is one of `residualBlocks`. Copies no values.
  public func removing(_ block: ResidualBlock) -> Network {
    precondition(
      residualBlocks.contains(block), "\(block.sum) ends no residual block of this network that can leave")
    let gone = Set(block.nodes)
    let sum = nodes.firstIndex { $0.name == block.sum }!
    let shortcut = nodes[sum].sources.first { source in
      guard case .node(let index) = source else { return true }
      return !gone.contains(nodes[index].name)
    }!
    var network = Network(inputShape: inputShape)
    var places: [Source: Source] = [.input: .input]
    for (index, node) in nodes.enumerated() {
      if index == sum {
        places[.node(index)] = places[shortcut]!
      } else if !gone.contains(node.name) {
        places[.node(index)] = network.append(
          node.layer, name: node.name, after: node.sources.map { places[$0]! })
      }
    }
    return network
  }

  /// The nodes between a shortcut's beginning and the sum, if the sum's other input comes from there alone and nothing else
  /// reads them; nil otherwise.
  private func inside(of sum: Int, shortcut: Source) -> [Int]? {
    guard let other = nodes[sum].sources.first(where: { $0 != shortcut }) else { return nil }
    var (found, open) = (Set<Int>(), [other])
    while let source = open.popLast() {
      guard source != shortcut else { continue }
      guard case .node(let index) = source else { return nil }
      if found.insert(index).inserted { open += nodes[index].sources }
    }
    let isClosed = nodes.indices.allSatisfy { reader in
      reader == sum || found.contains(reader)
        || !nodes[reader].sources.contains {
          if case .node(let index) = $0 { found.contains(index) } else { false }
        }
    }
    return isClosed && !found.isEmpty ? found.sorted() : nil
  }
}
