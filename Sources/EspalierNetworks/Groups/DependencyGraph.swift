/// Which output channels of a network's layers must go together: its dependency groups, found from the graph.
///
/// Channels are what the layers' `channelFlow` says they are. What cannot go is not in any group but in `pinned`: the network's
/// input and output, and whatever a layer that tells nothing of its channels reads or makes.
public struct DependencyGraph: Sendable, Hashable, Codable {
  /// The groups, in the order of their first layers.
  public let groups: [DependencyGroup]
  /// The channels that cannot go, node by node.
  public let pinned: [PinnedChannels]

  /// The group of a name; nil if there is none.
  public subscript(name: String) -> DependencyGroup? { groups.first { $0.name == name } }
}

/// Output channels of a node, or the network's input, that cannot be removed.
public struct PinnedChannels: Sendable, Hashable, Codable {
  /// Why channels stay.
  public enum Reason: String, Sendable, Codable {
    /// They are the network's input, in whatever shape.
    case networkInput = "network input"
    /// They are the network's output.
    case networkOutput = "network output"
    /// A layer that depends on all channels at once, or tells nothing of them, reads or makes them.
    case layer = "layer without a channel flow"
  }

  /// The node's name; `input` for the network's input.
  public let node: String
  /// How many of its channels are pinned.
  public let channelCount: Int
  /// Why; where several reasons hold, the first of the order above.
  public let reason: Reason
}

extension Network {
  /// The channels that must go together. Costs time and memory in proportion to the layers' outputs and inputs; no parameter's
  /// values are looked at.
  public var dependencyGraph: DependencyGraph {
    var finder = GroupFinder(of: self)
    return DependencyGraph(groups: finder.groups(), pinned: finder.pinned())
  }
}

/// Turns classes of channels into groups of units that are alike.
private struct GroupFinder {
  private let network: Network
  private let flows: [ChannelFlow]
  private let classes: ChannelClasses

  init(of network: Network) {
    self.network = network
    flows = network.nodes.map(\.layer.channelFlow)
    var classes = ChannelClasses(of: network)
    classes.flatten()
    self.classes = classes
  }

  func pinned() -> [PinnedChannels] {
    let sources = [Network.Source.input] + network.nodes.indices.map { .node($0) }
    return sources.compactMap { source in
      let pins = classes.elements(of: source).compactMap { classes.pin(of: $0) }
      guard let first = pins.min() else { return nil }
      return PinnedChannels(
        node: network.name(of: source), channelCount: pins.count, reason: PinnedChannels.Reason(first))
    }
  }

  /// Units that touch the same nodes, with equally many channels each, make a group.
  mutating func groups() -> [DependencyGroup] {
    let units = unitsInOrder()
    var positions: [[Int]: Int] = [:]
    var members: [[Unit]] = []
    for unit in units {
      let key = unit.flatMap { [$0.node, $0.channels.count] }
      if let position = positions[key] {
        members[position].append(unit)
      } else {
        positions[key] = members.count
        members.append([unit])
      }
    }
    var names: [String: Int] = [:]
    return members.map { group($0, names: &names) }
  }

  /// The channels of one unit, node after node.
  private typealias Unit = [(node: Int, channels: [Int])]

  /// All units that can go, in the order of their first channels.
  private func unitsInOrder() -> [Unit] {
    var units: [Unit] = []
    var positions = [Int32](repeating: -1, count: classes.count)
    for node in network.nodes.indices {
      for (channel, element) in classes.elements(of: .node(node)).enumerated()
      where classes.pin(of: element) == nil {
        let root = classes.root(element)
        if positions[root] < 0 {
          positions[root] = Int32(units.count)
          units.append([])
        }
        let unit = Int(positions[root])
        if units[unit].last?.node == node {
          units[unit][units[unit].count - 1].channels.append(channel)
        } else {
          units[unit].append((node, [channel]))
        }
      }
    }
    return units
  }

  private func group(_ units: [Unit], names: inout [String: Int]) -> DependencyGroup {
    let members = units[0].indices.map { place in
      let node = units[0][place].node
      return CoupledChannels(
        node: network.nodes[node].name, channelCount: classes.channelCount(of: .node(node)),
        isProducer: makesChannels(node),
        channels: UnitIndices(
          countPerUnit: units[0][place].channels.count, all: units.flatMap { $0[place].channels }))
    }
    let first = members.first(where: \.isProducer)?.node ?? members[0].node
    let number = names[first, default: 0] + 1
    names[first] = number
    return DependencyGroup(
      name: number == 1 ? first : "\(first)#\(number)", unitCount: units.count, members: members,
      slices: slices(of: units[0].map(\.node), members))
  }

  private func makesChannels(_ node: Int) -> Bool {
    switch flows[node].rule {
    case .mixes, .selects: true
    case .passes, .concatenates, .pinned: false
    }
  }

  private func slices(of nodes: [Int], _ members: [CoupledChannels]) -> [CoupledSlice] {
    let channels = Dictionary(uniqueKeysWithValues: zip(nodes, members.map(\.channels)))
    return network.nodes.indices.flatMap { index -> [CoupledSlice] in
      let node = network.nodes[index]
      let read = readChannels(of: index, channels)
      let own = flows[index].parameters.filter { axes in node.parameterPaths.contains { $0.name == axes.name }
      }
      return own.flatMap { axes in
        [
          channels[index].flatMap { made in
            axes.outputAxis.map { slice(of: node, axes.name, axis: $0, .makes, made) }
          },
          read.flatMap { read in axes.inputAxis.map { slice(of: node, axes.name, axis: $0, .reads, read) } },
        ].compactMap { $0 }
      }
    }
  }

  /// The indices, along the input axes of a layer's parameters, of the channels that it reads.
  private func readChannels(of index: Int, _ channels: [Int: UnitIndices]) -> UnitIndices? {
    guard case .mixes(let groups) = flows[index].rule, network.nodes[index].sources.count == 1,
      case .node(let source) = network.nodes[index].sources[0]
    else { return nil }
    return channels[source]?.remainders(by: classes.channelCount(of: .node(source)) / groups)
  }

  private func slice(
    of node: Network.Node, _ parameter: String, axis: Int, _ side: CoupledSlice.Side, _ channels: UnitIndices
  ) -> CoupledSlice {
    CoupledSlice(node: node.name, parameter: parameter, axis: axis, side: side, indices: channels)
  }
}

extension PinnedChannels.Reason {
  fileprivate init(_ pin: ChannelClasses.Pin) {
    self =
      switch pin {
      case .input: .networkInput
      case .output: .networkOutput
      case .layer: .layer
      }
  }
}
