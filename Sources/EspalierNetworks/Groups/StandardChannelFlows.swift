internal import EspalierTensors

// How channels go through the library's own layers. Those that are missing are pinned: softmax and its logarithm divide by a
// sum over all features, and layer normalisation by their deviation.

extension Linear {
  /// Mixes: an output is a row of the weight and a bias, an input a column.
  public var channelFlow: ChannelFlow { .weighted(groups: 1) }

  /// To the biases, which are made where there are none.
  public func adding(_ offsets: [Float]) -> Linear? {
    var copy = self
    copy.bias = biases(bias, adding: offsets)
    return copy
  }
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
        ])
      : .weighted(groups: groups, keepsConstants: geometry.padding == 0)
  }

  /// To the biases, which are made where there are none.
  public func adding(_ offsets: [Float]) -> Conv2d? {
    var copy = self
    copy.bias = biases(bias, adding: offsets)
    return copy
  }

  /// Slices weight and bias; a depthwise convolution loses a group with every input channel.
  public func keeping(_ channels: KeptChannels) -> Conv2d {
    var copy = sliced(to: channels)
    if isDepthwise { copy.groups = channels.inputs[0].count }
    return copy
  }

  private var isDepthwise: Bool { groups > 1 && groups == inputs }
}

extension BatchNorm {
  /// Channel by channel, each with a scale and a shift of its own; running statistics follow too.
  public var channelFlow: ChannelFlow {
    ChannelFlow(
      .passes,
      parameters: scale == nil
        ? []
        : [
          ChannelParameter("scale", outputAxis: 0, isFactor: true), ChannelParameter("shift", outputAxis: 0),
        ])
  }

  /// Slices scale, shift and running statistics.
  public func keeping(_ channels: KeptChannels) -> BatchNorm {
    var copy = BatchNorm(
      scale: nil, shift: nil, runningMean: runningMean.keeping(channels.outputs, axis: 0),
      runningVariance: runningVariance.keeping(channels.outputs, axis: 0), epsilon: epsilon,
      momentum: momentum)
    copy.scale = scale?.keeping(channels.outputs, axis: 0)
    copy.shift = shift?.keeping(channels.outputs, axis: 0)
    return copy
  }
}

extension Concat {
  /// The inputs' channels one after another.
  public var channelFlow: ChannelFlow { ChannelFlow(.concatenates) }
}

extension Upsample {
  /// Channel by channel.
  public var channelFlow: ChannelFlow { .passes }
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
  fileprivate static func weighted(groups: Int, keepsConstants: Bool = true) -> ChannelFlow {
    ChannelFlow(
      .mixes(groups: groups),
      parameters: [
        ChannelParameter("weight", outputAxis: 0, inputAxis: 1, isFactor: true),
        ChannelParameter("bias", outputAxis: 0),
      ], keepsConstants: keepsConstants)
  }
}

extension Select {
  /// Those selected.
  public var channelFlow: ChannelFlow { ChannelFlow(.selects(indices: indices)) }

  /// What stays of the selected channels, at the places that they have among the input's.
  public func keeping(_ channels: KeptChannels) -> Select {
    let places = Dictionary(uniqueKeysWithValues: channels.inputs[0].enumerated().map { ($1, $0) })
    return Select(
      channels.outputs.map { output in
        guard let place = places[indices[output]] else {
          preconditionFailure("channel \(indices[output]) is selected and cannot go")
        }
        return place
      })
  }
}

/// Biases with constants added. Pruned ones that get something survive from then on, and of biases that are made for it only
/// those that get something do, so that nothing more is left than was.
private func biases(_ bias: Parameter?, adding offsets: [Float]) -> Parameter? {
  guard offsets.contains(where: { $0 != 0 }) else { return bias }
  var mask = bias?.mask ?? (bias == nil ? Mask(offsets.map { _ in false }, shape: [offsets.count]) : nil)
  for (index, offset) in offsets.enumerated() where offset != 0 { mask?[index] = true }
  let old = bias?.values.values ?? offsets.map { _ in 0 }
  let values = Tensor(zip(old, offsets).map { $0 == 0 ? $1 : $0 + $1 }, shape: [offsets.count])
  var sum = Parameter(values, role: .bias)
  if let mask { sum.prune(keeping: mask) }
  return sum
}
