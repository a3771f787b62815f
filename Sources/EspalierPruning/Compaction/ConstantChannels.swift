internal import EspalierNetworks
internal import EspalierTensors

/// The output channels of a network that do not depend on its input, with their values.
///
/// Whether a channel is constant follows from the weights that are 0; its values are what the network gives for an input of
/// zeros, so that every layer speaks for itself.
struct ConstantChannels {
  /// For every channel of every node the value that it has everywhere, or NaN where it is not constant or varies between
  /// pixels.
  private let values: [Float]
  /// Whether a channel is constant, over pixels or not.
  let isConstant: [Bool]

  /// The constant channels, numbered as in `classes`.
  init(
    of network: Network, flows: [ChannelFlow], connections: [ChannelConnections?], classes: ChannelClasses
  ) {
    var isConstant = [Bool](repeating: false, count: classes.count)
    var values = [Float](repeating: .nan, count: classes.count)
    let outputs = network.activations(of: Tensor(zeros: network.inputShape))
    for (index, node) in network.nodes.enumerated() {
      let elements = classes.elements(of: .node(index))
      let rule = ConstantRule(
        node: node, flow: flows[index], connections: connections[index], classes: classes)
      outputs[index].withUnsafeValues { output in
        let length = output.count / max(elements.count, 1)
        for (channel, element) in elements.enumerated() where rule.isConstant(channel, given: isConstant) {
          let pixels = output[channel * length..<(channel + 1) * length]
          guard pixels.allSatisfy(\.isFinite) else { continue }
          isConstant[element] = true
          values[element] = Self.commonValue(of: pixels)
        }
      }
    }
    self.isConstant = isConstant
    self.values = values
  }

  /// The value that a channel has for every sample at every pixel; nil if there is none.
  subscript(element: Int) -> Float? { values[element].isNaN ? nil : values[element] }

  /// The middle of values that differ by rounding only; NaN for others.
  private static func commonValue(of pixels: Slice<UnsafeBufferPointer<Float>>) -> Float {
    guard let low = pixels.min(), let high = pixels.max() else { return .nan }
    return high - low <= 4 * max(abs(low), abs(high)).ulp ? low + (high - low) / 2 : .nan
  }
}

/// When the outputs of one node are constant.
private struct ConstantRule {
  let node: Network.Node
  let flow: ChannelFlow
  let connections: ChannelConnections?
  let classes: ChannelClasses
  /// Output channels all of whose factors are 0, whatever the input.
  private let isCutOff: [Bool]

  init(node: Network.Node, flow: ChannelFlow, connections: ChannelConnections?, classes: ChannelClasses) {
    self.node = node
    self.flow = flow
    self.connections = connections
    self.classes = classes
    isCutOff = Self.cutOffChannels(of: node, flow)
  }

  /// Whether a channel is constant, when the given elements of earlier nodes are.
  func isConstant(_ channel: Int, given constants: [Bool]) -> Bool {
    if isCutOff[channel] { return true }
    switch flow.rule {
    case .mixes:
      guard let connections else { return false }
      let inputs = classes.elements(of: node.sources[0])
      return connections.allInputs(of: channel) { constants[inputs.lowerBound + $0] }
    case .passes:
      return node.sources.allSatisfy { source in
        passedChannels(of: classes.elements(of: source), to: channel)?.allSatisfy { constants[$0] } ?? false
      }
    case .concatenates: return constants[concatenatedElement(channel)]
    case .selects(let indices): return constants[classes.element(node.sources[0], indices[channel])]
    case .pinned: return false
    }
  }

  /// The elements of an input that an output channel comes from; nil where neither count divides the other.
  private func passedChannels(of inputs: Range<Int>, to channel: Int) -> Range<Int>? {
    let outputs = isCutOff.count
    if outputs.isMultiple(of: inputs.count) {
      let element = inputs.lowerBound + channel * inputs.count / outputs
      return element..<element + 1
    }
    guard inputs.count.isMultiple(of: outputs) else { return nil }
    let ratio = inputs.count / outputs
    return inputs.lowerBound + channel * ratio..<inputs.lowerBound + (channel + 1) * ratio
  }

  private func concatenatedElement(_ channel: Int) -> Int {
    var channel = channel
    for source in node.sources {
      let elements = classes.elements(of: source)
      if channel < elements.count { return elements.lowerBound + channel }
      channel -= elements.count
    }
    preconditionFailure("channel \(channel) is in no input of \(node.name)")
  }

  private static func cutOffChannels(of node: Network.Node, _ flow: ChannelFlow) -> [Bool] {
    let count = node.outputShape.first ?? 1
    var isCutOff = [Bool](repeating: false, count: count)
    guard flow.rule != .pinned else { return isCutOff }
    var layer = node.layer
    layer.visitParameters { name, parameter in
      for axes in flow.parameters where axes.name == name && axes.isFactor {
        guard let axis = axes.outputAxis else { continue }
        let inner = parameter.shape[(axis + 1)...].reduce(1, *)
        var hasFactor = [Bool](repeating: false, count: count)
        parameter.forEachNonzero { index, _ in hasFactor[index / inner % count] = true }
        for channel in 0..<count where !hasFactor[channel] { isCutOff[channel] = true }
      }
    }
    return isCutOff
  }
}
