// How channels go through the library's own layers. Those that are missing are pinned: softmax and its logarithm divide by a
// sum over all features.

extension Linear {
  /// Mixes: an output is a row of the weight and a bias, an input a column.
  public var channelFlow: ChannelFlow { .weighted(groups: 1) }
}

extension Conv2d {
  /// Mixes within its groups; a depthwise convolution passes each channel on as `outputs / inputs` channels of its own.
  ///
  /// A convolution in g groups keeps them equal: channel j of every group goes, or none.
  public var channelFlow: ChannelFlow {
    isDepthwise
      ? ChannelFlow(
        .passes,
        parameters: [
          ChannelParameter("weight", outputAxis: 0, isFactor: true), ChannelParameter("bias", outputAxis: 0),
        ]) : .weighted(groups: groups)
  }

  /// Slices weight and bias; a depthwise convolution loses a group with every input channel.
  public func keeping(_ channels: KeptChannels) -> Conv2d {
    var copy = sliced(to: channels)
    if isDepthwise { copy.groups = channels.inputs[0].count }
    return copy
  }

  private var isDepthwise: Bool { groups > 1 && groups == inputs }
}

extension ActivationLayer {
  /// Value by value.
  public var channelFlow: ChannelFlow { .passes }
}

extension Dropout {
  /// Value by value.
  public var channelFlow: ChannelFlow { .passes }
}

extension Add {
  /// Ties its inputs: channel c of the sum is channel c of both.
  public var channelFlow: ChannelFlow { .passes }
}

extension PoolingLayer {
  /// Channel by channel.
  public var channelFlow: ChannelFlow { .passes }
}

extension GlobalAveragePool2d {
  /// Channel by channel.
  public var channelFlow: ChannelFlow { .passes }
}

extension Reshape {
  /// In their order, as long as one shape has a multiple of the other's channels.
  public var channelFlow: ChannelFlow { .passes }

  /// To the shape with fewer channels.
  public func keeping(_ channels: KeptChannels) -> Reshape {
    shape.isEmpty ? self : Reshape(to: [channels.outputs.count] + shape.dropFirst())
  }
}

extension Flatten {
  /// Channel c of [channels, height, width] becomes the height · width features from c · height · width on.
  public var channelFlow: ChannelFlow { .passes }
}

extension ChannelFlow {
  /// That of a layer with a `weight` [outputs, inputs / groups, …] and, maybe, a `bias` [outputs].
  fileprivate static func weighted(groups: Int) -> ChannelFlow {
    ChannelFlow(
      .mixes(groups: groups),
      parameters: [
        ChannelParameter("weight", outputAxis: 0, inputAxis: 1, isFactor: true),
        ChannelParameter("bias", outputAxis: 0),
      ])
  }
}
