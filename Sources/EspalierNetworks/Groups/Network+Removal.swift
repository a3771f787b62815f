/// Units of a group that are to be removed.
public struct UnitRemoval: Sendable, Hashable {
  /// The group.
  public let group: DependencyGroup
  /// The units' numbers in the group.
  public let units: Set<Int>

  /// Removes units of a group; traps unless the group has units of these numbers.
  public init(_ units: some Sequence<Int>, of group: DependencyGroup) {
    self.group = group
    self.units = Set(units)
    precondition(
      self.units.allSatisfy { 0..<group.unitCount ~= $0 },
      "units \(self.units.sorted()) are not all among the \(group.unitCount) of group \(group.name)")
  }
}

/// A removal that would leave a layer without channels.
public struct EmptyLayerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The layer's name.
  public let layer: String
  /// How many output channels it has, all of which were to go.
  public let channelCount: Int

  /// One line.
  public var description: String {
    "layer \(layer): expected at least one channel to stay, found all \(channelCount) to be removed: the network would be cut"
  }
}

extension Network {
  /// The network without some units of a group: the same graph and names, smaller layers.
  ///
  /// Weights, biases, statistics and masks lose the units' slices; what stays keeps its bits, and packed parameters stay
  /// packed. Outputs are what they were with the units' outgoing weights at 0. Costs one pass over the parameters.
  ///
  /// - Throws: `EmptyLayerError` if a layer would lose all its output channels.
  /// - Precondition: The group is one of this network's `dependencyGraph`.
  public func removing(
    _ units: some Sequence<Int>, of group: DependencyGroup
  ) throws(EmptyLayerError) -> Network {
    try removing([UnitRemoval(units, of: group)])
  }

  /// The network with nothing of a group but the given units; see `removing(_:of:)`.
  public func keeping(
    _ units: some Sequence<Int>, of group: DependencyGroup
  ) throws(EmptyLayerError) -> Network {
    let kept = UnitRemoval(units, of: group).units
    return try removing((0..<group.unitCount).filter { !kept.contains($0) }, of: group)
  }

  /// The network without units of several groups, all of them of this network's `dependencyGraph`; see `removing(_:of:)`.
  public func removing(_ removals: [UnitRemoval]) throws(EmptyLayerError) -> Network {
    var kept = nodes.map { [Bool](repeating: true, count: $0.outputShape.first ?? 1) }
    for removal in removals {
      for member in removal.group.members {
        guard let node = nodes.firstIndex(where: { $0.name == member.node }),
          kept[node].count == member.channelCount
        else {
          preconditionFailure(
            "group \(removal.group.name) is not of this network: no layer \(member.node) of \(member.channelCount) channels"
          )
        }
        for unit in removal.units {
          for channel in member.channels[unit] { kept[node][channel] = false }
        }
      }
    }
    for (node, kept) in zip(nodes, kept) where !kept.contains(true) {
      throw EmptyLayerError(layer: node.name, channelCount: kept.count)
    }
    return keeping(kept.map { kept in kept.indices.filter { kept[$0] } })
  }

  /// The network with the given output channels of each node; those of one class must all be there, or none.
  package func keeping(_ channels: [[Int]]) -> Network {
    var smaller = Network(inputShape: inputShape)
    for (index, node) in nodes.enumerated() {
      let inputs = node.sources.map { source in
        switch source {
        case .input: Array(0..<channelCount(of: .input))
        case .node(let index): channels[index]
        }
      }
      let layer = node.layer.keeping(KeptChannels(outputs: channels[index], inputs: inputs))
      smaller.append(layer, name: node.name, after: node.sources)
      let count = smaller.channelCount(of: .node(index))
      precondition(
        count == channels[index].count,
        "layer \(node.name) has \(count) channels after a removal that leaves \(channels[index].count)")
    }
    return smaller
  }
}
