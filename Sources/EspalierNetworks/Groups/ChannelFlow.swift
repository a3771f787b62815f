/// How the channels of a layer's output come from those of its inputs, and which axes of its parameters follow them.
///
/// A channel is an index of the first axis of a sample's shape: a feature of [features], an image plane of
/// [channels, height, width]. This is all that pruning whole channels needs to know of a layer.
public struct ChannelFlow: Sendable, Hashable {
  /// How output channels come from input channels.
  public enum Rule: Sendable, Hashable {
    /// Every output channel is a sum over the channels of the only input, each of which can be left out by itself; both sides
    /// are cut into `groups` equal parts, and an output sees the inputs of its own part only.
    case mixes(groups: Int)
    /// Every input's channels in their order, each alone: channel c comes from channel c of every input. Where an output has
    /// k times as many channels as the input, input channel c becomes the outputs k · c ..< k · (c + 1), as when images are
    /// flattened; where it has k times fewer, the other way round. Channels are pinned where neither divides the other.
    case passes
    /// The inputs' channels one after another.
    case concatenates
    /// Output channel j is the input's channel `indices[j]`.
    case selects(indices: [Int])
    /// Nothing is known, or all outputs depend on all inputs at once: no channel can go.
    case pinned
  }

  /// How output channels come from input channels.
  public let rule: Rule
  /// The parameters some axis of which has one index a channel.
  public let parameters: [ChannelParameter]
  /// Whether an image that is constant comes out constant: not so where zeros are put around it. Constant input channels
  /// can then be added to the outputs instead.
  public let keepsConstants: Bool

  /// A flow by a rule, with the parameters that follow channels.
  public init(_ rule: Rule, parameters: [ChannelParameter] = [], keepsConstants: Bool = true) {
    self.rule = rule
    self.parameters = parameters
    self.keepsConstants = keepsConstants
  }

  /// No channel can go.
  public static let pinned = ChannelFlow(.pinned)
  /// Channel by channel, without parameters.
  public static let passes = ChannelFlow(.passes)
}

/// Which axes of a parameter follow a layer's channels.
public struct ChannelParameter: Sendable, Hashable {
  /// The parameter's name in its layer.
  public let name: String
  /// The axis with one index an output channel.
  public let outputAxis: Int?
  /// The axis of the input channels: channel c is at index c modulo the axis's length, so that the parts of a grouped layer
  /// share indices.
  public let inputAxis: Int?
  /// Whether it multiplies the input, so that an output channel all of whose values are 0 depends on no input.
  public let isFactor: Bool

  /// A parameter with the axes that follow channels.
  public init(_ name: String, outputAxis: Int? = nil, inputAxis: Int? = nil, isFactor: Bool = false) {
    self.name = name
    self.outputAxis = outputAxis
    self.inputAxis = inputAxis
    self.isFactor = isFactor
  }
}

/// The channels of a layer that stay, in ascending order.
public struct KeptChannels: Sendable, Hashable {
  /// Those of the output.
  public let outputs: [Int]
  /// Those of each input.
  public let inputs: [[Int]]

  /// The channels that stay.
  public init(outputs: [Int], inputs: [[Int]]) {
    self.outputs = outputs
    self.inputs = inputs
  }
}

extension Layer {
  /// Pinned.
  public var channelFlow: ChannelFlow { .pinned }

  /// None can.
  public func adding(_ offsets: [Float]) -> Self? { nil }

  /// Slices the parameters along the axes that follow channels.
  public func keeping(_ channels: KeptChannels) -> Self { sliced(to: channels) }

  /// The layer with its parameters sliced along the axes that follow channels.
  func sliced(to channels: KeptChannels) -> Self {
    let flow = channelFlow
    var copy = self
    copy.visitParameters { name, parameter in
      for axes in flow.parameters where axes.name == name {
        if let axis = axes.outputAxis { parameter = parameter.keeping(channels.outputs, axis: axis) }
        if let axis = axes.inputAxis {
          let length = parameter.shape[axis]
          // The parts of a grouped layer keep the same places, so those of the first part are all there are.
          parameter = parameter.keeping(channels.inputs[0].filter { $0 < length }, axis: axis)
        }
      }
    }
    return copy
  }
}
