internal import EspalierNetworks
internal import EspalierTensors

/// One round of compaction: constants go into biases, then what is dead goes.
struct CompactionPass {
  private let live: LiveChannels
  private let before: Network
  /// The classes some channel of which is a constant that a live channel reads.
  private var readClasses: Set<Int> = []

  init(of network: Network) {
    before = network
    live = LiveChannels(of: network)
    var roots: Set<Int> = []
    for index in network.nodes.indices {
      forEachConstantInput(of: index) { _, element, _ in roots.insert(live.classes.root(element)) }
    }
    readClasses = roots
  }

  /// The smaller network; nil when there is nothing to do.
  func result() -> Network? {
    var network = before
    var changes = false
    for index in network.nodes.indices {
      guard let layer = folded(index) else { continue }
      network.replaceLayer(at: index, with: layer)
      changes = true
    }
    let kept = network.nodes.indices.map { index in
      let elements = live.classes.elements(of: .node(index))
      return elements.filter { !live.goes($0) }.map { $0 - elements.lowerBound }
    }
    changes = changes || zip(kept, network.nodes).contains { $0.count != $1.outputShape.first ?? 1 }
    return changes ? network.keeping(kept) : nil
  }

  /// Why each of a node's channels goes; nil for those that stay.
  func reasons(_ index: Int) -> [Compaction.Reason?] {
    live.classes.elements(of: .node(index)).map { element in
      guard live.goes(element) else { return nil }
      return readClasses.contains(live.classes.root(element)) ? .constant : .unread
    }
  }

  /// Visits the constants that the live outputs of a node read and its biases can take; all that live outputs read of dead
  /// channels is such.
  private func forEachConstantInput(
    of index: Int, _ body: (_ output: Int, _ element: Int, _ weight: Double) -> Void
  ) {
    guard let connections = live.connections[index] else { return }
    let inputs = live.classes.elements(of: before.nodes[index].sources[0])
    for (output, element) in live.classes.elements(of: .node(index)).enumerated() where live.isLive[element] {
      connections.forEach(of: output) { input, weight in
        let element = inputs.lowerBound + input
        if takes(element, into: index) { body(output, element, weight) }
      }
    }
  }

  /// Whether a constant goes into the biases of a layer that reads it: all dead ones do. Parts of a grouped layer share the
  /// places of their inputs, which can be cut off only where all of them are dead.
  private func takes(_ element: Int, into index: Int) -> Bool {
    guard live.isLive[element] else { return live.canFold(element, into: index) }
    return live.canFoldAndKeep(element, into: index) && live.flows[index].rule == .mixes(groups: 1)
  }

  /// The layer with the constants that it reads in its biases, and cut off from them and from dead channels that stay; nil if
  /// there is nothing of that kind.
  private func folded(_ index: Int) -> (any Layer)? {
    let node = before.nodes[index]
    var offsets = [Double](repeating: 0, count: node.outputShape.first ?? 1)
    var deaf: Set<Int> = []
    var readsConstants = false
    let first = live.classes.elements(of: node.sources.first ?? .input).lowerBound
    forEachConstantInput(of: index) { output, element, weight in
      readsConstants = true
      offsets[output] += weight * Double(live.constants[element] ?? 0)
      if !live.goes(element) { deaf.insert(element - first) }
    }
    let mute = keptOutputs(of: index)
    guard readsConstants || !mute.isEmpty else { return nil }
    var layer = node.layer
    if offsets.contains(where: { $0 != 0 }) { layer = folded(layer, offsets.map { Float($0) }) }
    cutOff(&layer, live.flows[index], outputs: mute, inputs: deaf)
    return layer
  }

  /// The dead outputs of a node that stay and read something.
  private func keptOutputs(of index: Int) -> Set<Int> {
    guard let connections = live.connections[index] else { return [] }
    let elements = live.classes.elements(of: .node(index))
    return Set(
      elements.filter { live.isKept[$0] }.map { $0 - elements.lowerBound }
        .filter { output in !connections.allInputs(of: output) { _ in false } })
  }

  private func folded(_ layer: some Layer, _ offsets: [Float]) -> any Layer {
    guard let layer = layer.adding(offsets) else {
      preconditionFailure("a layer of kind \(type(of: layer).kind) took constants, and takes them no more")
    }
    return layer
  }

  /// Prunes all weights of some outputs and of some inputs.
  private func cutOff(_ layer: inout any Layer, _ flow: ChannelFlow, outputs: Set<Int>, inputs: Set<Int>) {
    layer.visitParameters { name, parameter in
      for axes in flow.parameters where axes.name == name && axes.isFactor {
        guard let made = axes.outputAxis, let read = axes.inputAxis else { continue }
        if !outputs.isEmpty { parameter.prune(outputs, axis: made) }
        let length = parameter.shape[read]
        if !inputs.isEmpty { parameter.prune(Set(inputs.map { $0 % length }), axis: read) }
      }
    }
  }
}
