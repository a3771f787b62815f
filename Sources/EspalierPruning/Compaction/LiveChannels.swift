internal import EspalierNetworks
internal import EspalierTensors

/// Which channels of a network matter to its output, and what becomes of the others.
///
/// A class of channels that go together is *live* if it cannot go, or if a live channel of a later layer reads one of its
/// channels and that one is not a constant which the reader can take into its biases. The least set of that kind: rings of
/// channels that read only one another are dead.
struct LiveChannels {
  let network: Network
  let flows: [ChannelFlow]
  let connections: [ChannelConnections?]
  let classes: ChannelClasses
  let constants: ConstantChannels

  /// By element: whether its class is live.
  private(set) var isLive: [Bool]
  /// By element: whether its class is dead and stays, since a layer cannot be without channels.
  private(set) var isKept: [Bool]
  /// Whether the layers can take constants into their biases, and whether they have any.
  private let takesConstants: [Bool]
  private let hasBiases: [Bool]
  /// The elements of each class by its root.
  private let members: [Int: [Int]]

  /// Costs time and memory in proportion to channels and weights that are not 0, and one prediction.
  init(of network: Network) {
    self.network = network
    flows = network.nodes.map(\.layer.channelFlow)
    connections = zip(network.nodes, flows).map { ChannelConnections(of: $0, flow: $1) }
    var classes = ChannelClasses(of: network)
    classes.flatten()
    self.classes = classes
    constants = ConstantChannels(of: network, flows: flows, connections: connections, classes: classes)
    takesConstants = zip(network.nodes, flows).map { node, flow in
      flow.keepsConstants
        && node.layer.adding([Float](repeating: 0, count: node.outputShape.first ?? 1)) != nil
    }
    hasBiases = zip(network.nodes, flows).map { Self.hasBiases($0.layer, $1) }
    members = Dictionary(grouping: 0..<classes.count) { classes.root($0) }
    isLive = [Bool](repeating: false, count: classes.count)
    isKept = isLive
    spread(from: members.keys.filter { classes.pin(of: $0) != nil })
    keepOneOfEach()
  }

  private static func hasBiases(_ layer: any Layer, _ flow: ChannelFlow) -> Bool {
    let addends = flow.parameters.filter { !$0.isFactor && $0.outputAxis != nil }
    var (layer, found) = (layer, false)
    layer.visitParameters { name, _ in found = found || addends.contains { $0.name == name } }
    return found
  }

  /// Whether an element is to go.
  func goes(_ element: Int) -> Bool { !isLive[element] && !isKept[element] }

  /// Whether node `index` can add what its input channel `element` always is to its biases.
  func canFold(_ element: Int, into index: Int) -> Bool {
    guard let value = constants[element] else { return false }
    return value == 0 || takesConstants[index]
  }

  /// Whether it can do so and have no more values than before although the channel stays.
  func canFoldAndKeep(_ element: Int, into index: Int) -> Bool {
    canFold(element, into: index) && (hasBiases[index] || constants[element] == 0)
  }

  /// Marks the classes of the given roots live, and all that they need.
  private mutating func spread(from roots: [Int]) {
    let readers = MixingOutputs(of: network, classes)
    var waiting = roots
    while let root = waiting.popLast() {
      guard !isLive[root] else { continue }
      for element in members[root]! { isLive[element] = true }
      for element in members[root]! {
        guard let (node, channel) = readers.place(of: element) else { continue }
        forEachNeeded(by: channel, of: node) { if !isLive[$0] { waiting.append(classes.root($0)) } }
      }
    }
  }

  /// Visits what a live channel of a mixing layer must read.
  private func forEachNeeded(by channel: Int, of index: Int, _ body: (Int) -> Void) {
    for source in network.nodes[index].sources {
      let inputs = classes.elements(of: source)
      guard let connections = connections[index] else {
        inputs.forEach(body)
        continue
      }
      connections.forEach(of: channel) { input, _ in
        let element = inputs.lowerBound + input
        if !canFold(element, into: index) { body(element) }
      }
    }
  }

  /// Lets the first class of every node without live channels stay; it becomes live where taking its constant would cost a
  /// layer biases that it does not have.
  private mutating func keepOneOfEach() {
    while true {
      isKept = [Bool](repeating: false, count: classes.count)
      for index in network.nodes.indices {
        let elements = classes.elements(of: .node(index))
        guard let first = elements.first, elements.allSatisfy(goes) else { continue }
        for element in members[classes.root(first)]! { isKept[element] = true }
      }
      let needed = keptClassesThatCostBiases()
      if needed.isEmpty { return }
      spread(from: needed)
    }
  }

  private func keptClassesThatCostBiases() -> [Int] {
    var roots: Set<Int> = []
    for index in network.nodes.indices where !hasBiases[index] {
      guard let connections = connections[index] else { continue }
      let first = classes.elements(of: network.nodes[index].sources[0]).lowerBound
      for (output, element) in classes.elements(of: .node(index)).enumerated() where isLive[element] {
        connections.forEach(of: output) { input, _ in
          let element = first + input
          if isKept[element], !canFoldAndKeep(element, into: index) { roots.insert(classes.root(element)) }
        }
      }
    }
    return roots.sorted()
  }
}

/// Finds the layer and channel of an element of a layer that mixes channels.
private struct MixingOutputs {
  private var starts: [(element: Int, node: Int)] = []
  private var ends: [Int] = []

  init(of network: Network, _ classes: ChannelClasses) {
    for (index, node) in network.nodes.enumerated() {
      guard case .mixes = node.layer.channelFlow.rule else { continue }
      let elements = classes.elements(of: .node(index))
      starts.append((elements.lowerBound, index))
      ends.append(elements.upperBound)
    }
  }

  func place(of element: Int) -> (node: Int, channel: Int)? {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle].element <= element { low = middle + 1 } else { high = middle }
    }
    guard low > 0, element < ends[low - 1] else { return nil }
    return (starts[low - 1].node, element - starts[low - 1].element)
  }
}
