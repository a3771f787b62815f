/// The output channels of all nodes and of the network's input, cut into classes that can only go together.
///
/// A union–find over (source, channel): O(channels · α) time, 5 bytes a channel.
package struct ChannelClasses {
  /// What keeps a class from going.
  package enum Pin: Comparable {
    case input, output, layer
  }

  /// Where the channels of each source begin: the network's input first, then the nodes.
  private let starts: [Int]
  private var parents: [Int32]
  private var pins: [Pin?]

  /// All channels of all sources.
  package var count: Int { parents.count }

  /// The classes of a network.
  package init(of network: Network) {
    starts = network.nodes.reduce(into: [0, network.channelCount(of: .input)]) { starts, node in
      starts.append(starts.last! + (node.outputShape.first ?? 1))
    }
    parents = (0..<Int32(starts.last!)).map { $0 }
    pins = Array(repeating: nil, count: parents.count)
    pin(.input, as: .input)
    for index in network.nodes.indices { unite(network.nodes[index], .node(index), in: network) }
    if !network.nodes.isEmpty { pin(.node(network.nodes.count - 1), as: .output) }
    for index in network.nodes.indices { uniteSelection(network.nodes[index], .node(index)) }
  }

  /// The number of a source's channel among all.
  package func element(_ source: Network.Source, _ channel: Int) -> Int {
    switch source {
    case .input: starts[0] + channel
    case .node(let index): starts[index + 1] + channel
    }
  }

  /// The number of a source's channels.
  package func channelCount(of source: Network.Source) -> Int { elements(of: source).count }

  /// The numbers of a source's channels among all.
  package func elements(of source: Network.Source) -> Range<Int> {
    switch source {
    case .input: starts[0]..<starts[1]
    case .node(let index): starts[index + 1]..<starts[index + 2]
    }
  }

  /// The number of an element that stands for its class.
  package func root(_ element: Int) -> Int {
    var element = element
    while Int(parents[element]) != element { element = Int(parents[element]) }
    return element
  }

  /// What keeps an element's class from going; nil if nothing does.
  package func pin(of element: Int) -> Pin? { pins[root(element)] }

  /// Makes every element point at its class's first, so that `root` takes two steps.
  package mutating func flatten() {
    for element in parents.indices { parents[element] = Int32(root(element)) }
  }

  private mutating func unite(_ first: Int, _ second: Int) {
    let (one, other) = (root(first), root(second))
    guard one != other else { return }
    // The smaller number stands for both; paths stay short because layers come in order.
    let (low, high) = (min(one, other), max(one, other))
    parents[high] = Int32(low)
    for element in [first, second] { parents[element] = Int32(low) }
    pins[low] = [pins[low], pins[high]].compactMap { $0 }.min()
  }

  private mutating func pin(_ source: Network.Source, as pin: Pin) {
    for element in elements(of: source) {
      let root = root(element)
      pins[root] = min(pins[root] ?? pin, pin)
    }
  }
}

// What each rule says.
extension ChannelClasses {
  private mutating func unite(_ node: Network.Node, _ place: Network.Source, in network: Network) {
    switch node.layer.channelFlow.rule {
    case .mixes(let groups) where node.sources.count == 1:
      unitePlaces(of: place, groups: groups)
      unitePlaces(of: node.sources[0], groups: groups)
    case .passes where node.sources.allSatisfy { divides($0, place) }:
      for source in node.sources { unitePassed(from: source, to: place) }
    case .concatenates where node.sources.map(channelCount).reduce(0, +) == channelCount(of: place):
      uniteConcatenated(node.sources, place)
    case .selects where node.sources.count == 1: break
    default: for source in node.sources + [place] { pin(source, as: .layer) }
    }
  }

  /// Channel j of each of a grouped layer's parts.
  private mutating func unitePlaces(of source: Network.Source, groups: Int) {
    let elements = elements(of: source)
    let places = elements.count / groups
    for element in elements.dropFirst(places) { unite(element - places, element) }
  }

  private func divides(_ source: Network.Source, _ place: Network.Source) -> Bool {
    let (from, to) = (channelCount(of: source), channelCount(of: place))
    return max(from, to) % max(min(from, to), 1) == 0
  }

  private mutating func unitePassed(from source: Network.Source, to place: Network.Source) {
    let (from, to) = (elements(of: source), elements(of: place))
    let most = max(from.count, to.count)
    for channel in 0..<most {
      unite(from.lowerBound + channel * from.count / most, to.lowerBound + channel * to.count / most)
    }
  }

  private mutating func uniteConcatenated(_ sources: [Network.Source], _ place: Network.Source) {
    for (element, output) in zip(sources.flatMap { Array(elements(of: $0)) }, elements(of: place)) {
      unite(element, output)
    }
  }

  /// A selected channel goes with what it is selected from; from what stays anyway it can go alone.
  private mutating func uniteSelection(_ node: Network.Node, _ place: Network.Source) {
    guard case .selects(let indices) = node.layer.channelFlow.rule, node.sources.count == 1 else { return }
    for (output, index) in zip(elements(of: place), indices) {
      let input = element(node.sources[0], index)
      if pin(of: input) == nil { unite(input, output) }
    }
  }
}

extension Network {
  /// The channels of what a source gives: the length of the first axis; 1 for a single number.
  package func channelCount(of source: Source) -> Int { shape(of: source).first ?? 1 }
}
