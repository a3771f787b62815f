internal import EspalierNetworks

extension Network {
  /// The network without nodes from which no way leads to the output.
  func withoutUnreadNodes() -> Network {
    var isRead = [Bool](repeating: false, count: nodes.count)
    if !nodes.isEmpty { isRead[nodes.count - 1] = true }
    for index in nodes.indices.reversed() where isRead[index] {
      for case .node(let source) in nodes[index].sources { isRead[source] = true }
    }
    if isRead.allSatisfy({ $0 }) { return self }
    var smaller = Network(inputShape: inputShape)
    var places: [Source: Source] = [.input: .input]
    for (index, node) in nodes.enumerated() where isRead[index] {
      places[.node(index)] = smaller.append(
        node.layer, name: node.name, after: node.sources.map { places[$0]! })
    }
    return smaller
  }

  /// The network with a `Select` wherever layers read only some of the channels that stay because they are the network's input.
  ///
  /// It stands behind what they read, and gives those channels that one of them reads; the layers lose the others' weights,
  /// all of them 0.
  func selectingReadInputs() -> Network {
    let selections = ReadInputs(of: self).selections()
    return selections.isEmpty ? self : inserting(selections)
  }

  private func inserting(_ selections: [InputSelection]) -> Network {
    var smaller = Network(inputShape: inputShape)
    var places: [Source: Source] = [.input: .input]
    var selected: [Source: Source] = [:]
    func select(from source: Source) {
      for selection in selections where selection.source == source {
        selected[source] = smaller.append(
          Select(selection.channels), name: unusedName(selected.count + 1), after: [places[source]!])
      }
    }
    select(from: .input)
    for (index, node) in nodes.enumerated() {
      if let selection = selections.first(where: { $0.readers.contains(index) }) {
        let kept = KeptChannels(
          outputs: Array(0..<(node.outputShape.first ?? 1)), inputs: [selection.channels])
        let layer = node.layer.keeping(kept)
        places[.node(index)] = smaller.append(
          layer, name: node.name, after: [selected[selection.source]!])
      } else {
        places[.node(index)] = smaller.append(
          node.layer, name: node.name, after: node.sources.map { places[$0]! })
      }
      select(from: .node(index))
    }
    return smaller
  }

  /// The `number`th name for a selection that no layer has.
  private func unusedName(_ number: Int) -> String {
    let taken = Set(nodes.map(\.name))
    let free = (1...).lazy.map { "\(Select.kind)\($0)" }.filter { !taken.contains($0) }
    return free.dropFirst(number - 1).first { _ in true }!
  }
}

/// Which channels of the network's input, passed on or not, the layers with weights read.
private struct ReadInputs {
  private let network: Network
  private let classes: ChannelClasses

  init(of network: Network) {
    self.network = network
    classes = ChannelClasses(of: network)
  }

  /// The sources of which less than all is read, with the channels that are, and with the nodes that read them.
  func selections() -> [InputSelection] {
    var selections: [InputSelection] = []
    for source in [.input] + network.nodes.indices.map({ Network.Source.node($0) }) {
      let elements = classes.elements(of: source)
      guard elements.contains(where: { classes.pin(of: $0) == .input }) else { continue }
      let readers = network.nodes.indices.filter { network.nodes[$0].sources == [source] && canSelect($0) }
      if readers.isEmpty { continue }
      var isRead = elements.map { classes.pin(of: $0) != .input }
      for reader in readers { markRead(by: reader, in: &isRead) }
      if isRead.allSatisfy({ $0 }) { continue }
      if !isRead.contains(true) { isRead[0] = true }
      if isRead.count == 1 { continue }
      selections.append(
        InputSelection(source: source, channels: isRead.indices.filter { isRead[$0] }, readers: Set(readers)))
    }
    return selections
  }

  /// Whether single input channels of a node can be left out.
  private func canSelect(_ index: Int) -> Bool {
    let flow = network.nodes[index].layer.channelFlow
    return flow.rule == .mixes(groups: 1) && flow.parameters.contains { $0.inputAxis != nil }
  }

  private func markRead(by index: Int, in isRead: inout [Bool]) {
    let node = network.nodes[index]
    guard let connections = ChannelConnections(of: node, flow: node.layer.channelFlow) else {
      for channel in isRead.indices { isRead[channel] = true }
      return
    }
    for output in 0..<(node.outputShape.first ?? 1) {
      connections.forEach(of: output) { input, _ in isRead[input] = true }
    }
  }
}

/// A part of a source's channels, and who is to read them.
struct InputSelection {
  let source: Network.Source
  let channels: [Int]
  let readers: Set<Int>
}
