internal import CEspalierKernels

// Batch normalisation. A channel's values, all pixels of all samples, lie side by side: channel c of an activation of
// `count` values begins at c · count / channels.

extension Compute {
  /// The mean and the biased variance of each of `channels` channels of x.
  ///
  /// Sums go on in double precision every 1,024 values, so that the results are within a few units of 2⁻²⁴ whatever the mean.
  public func channelStatistics(
    _ x: MatrixView, channels: Int, mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>
  ) {
    let length = channelLength(of: x, channels)
    split(
      channels, minimum: leastChannels(of: x, channels),
      (kernels.channel_statistics, x, length, mean, variance)
    ) { task, part in
      let (kernel, x, length, mean, variance) = task
      for channel in part { kernel(x.base + channel * length, length, mean + channel, variance + channel) }
    }
  }

  /// y = f((x − mean) / √(variance + ε) · scale + shift), channel by channel, in one pass; without an activation f is the
  /// identity. y may be x.
  public func normalizeChannels(
    _ x: MatrixView, channels: Int, by normalization: ChannelNormalization, activation: Activation?,
    into y: MatrixView
  ) {
    let length = channelLength(of: x, channels)
    let operands = (kernels.normalize_channel, x, y, length, normalization, KernelActivation(activation))
    split(channels, minimum: leastChannels(of: x, channels), operands) { task, part in
      let (kernel, x, y, length, by, function) = task
      for channel in part {
        let first = channel * length
        kernel(
          y.base + first, x.base + first, length, by.mean[channel], by.factor(channel), by.summand(channel),
          function.name, function.parameter)
      }
    }
  }

  /// The same with the mean and the biased variance of x itself, which are left in `mean` and `variance`: each channel is
  /// measured and normalised while it is in the cache.
  public func normalizeChannelsByBatch(
    _ x: MatrixView, channels: Int, mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>,
    scale: UnsafePointer<Float>?, shift: UnsafePointer<Float>?, epsilon: Float, activation: Activation?,
    into y: MatrixView
  ) {
    let length = channelLength(of: x, channels)
    let by = ChannelNormalization(
      mean: mean, variance: variance, scale: scale, shift: shift, epsilon: epsilon)
    let kernels = (kernels.channel_statistics, kernels.normalize_channel)
    let operands = (kernels, x, y, length, mean, variance, by, KernelActivation(activation))
    split(channels, minimum: leastChannels(of: x, channels), operands) { task, part in
      let (kernels, x, y, length, mean, variance, by, function) = task
      for channel in part {
        let first = channel * length
        kernels.0(x.base + first, length, mean + channel, variance + channel)
        kernels.1(
          y.base + first, x.base + first, length, by.mean[channel], by.factor(channel), by.summand(channel),
          function.name, function.parameter)
      }
    }
  }

  /// The way back: dy ← dy ∘ f′(y) in place, then with n = (x − mean) / √(variance + ε) and sums over the channel's values
  /// dscale = Σ dy · n, dshift = Σ dy, and dx = scale / √(variance + ε) · dy. Where mean and variance are x's own
  /// (`byBatch`), which it moves too, dx = scale / √(variance + ε) · (dy − (dshift + n · dscale) / length).
  ///
  /// The activation's derivative must follow from its output y. dx may be dy.
  public func channelGradients(
    outputGradient dy: MatrixView, output y: MatrixView, input x: MatrixView, channels: Int,
    by normalization: ChannelNormalization, byBatch: Bool, activation: Activation?,
    scaleGradient: UnsafeMutablePointer<Float>?, shiftGradient: UnsafeMutablePointer<Float>?,
    into dx: MatrixView?
  ) {
    precondition(
      activation?.derivativeFollowsFromOutput ?? true,
      "the derivative of \(activation!) does not follow from its output")
    let length = channelLength(of: x, channels)
    let pass = ChannelGradientPass(
      sums: kernels.channel_gradient_sums, gradient: kernels.channel_gradient, dy: dy, y: y, x: x, dx: dx,
      length: length, by: normalization, byBatch: byBatch, function: KernelActivation(activation),
      scaleGradient: scaleGradient, shiftGradient: shiftGradient)
    split(channels, minimum: leastChannels(of: x, channels), pass) { pass, part in
      for channel in part { pass.run(channel) }
    }
  }

  private func channelLength(of x: MatrixView, _ channels: Int) -> Int {
    precondition(
      channels > 0 && x.rows % channels == 0,
      "a \(x.rows) × \(x.columns) matrix is not made of \(channels) channels")
    return x.count / channels
  }
}

/// The gradients of one channel after another.
private struct ChannelGradientPass {
  let sums:
    @convention(c) (
      UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Int, Float, EspalierActivation,
      Float, UnsafeMutablePointer<Double>
    ) -> Void
  let gradient:
    @convention(c) (
      UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Int, Float, Float, Float, Float
    ) -> Void
  let dy, y, x: MatrixView
  let dx: MatrixView?
  let length: Int
  let by: ChannelNormalization
  let byBatch: Bool
  let function: KernelActivation
  let scaleGradient, shiftGradient: UnsafeMutablePointer<Float>?

  func run(_ channel: Int) {
    let first = channel * length
    let (mean, inverse) = (by.mean[channel], by.inverse(channel))
    var found = (0.0, 0.0)
    withUnsafeMutableBytes(of: &found) {
      sums(
        dy.base + first, y.base + first, x.base + first, length, mean, function.name, function.parameter,
        $0.assumingMemoryBound(to: Double.self).baseAddress!)
    }
    scaleGradient?[channel] = Float(found.1) * inverse
    shiftGradient?[channel] = Float(found.0)
    guard let dx else { return }
    let factor = by.factor(channel)
    let share = byBatch ? -factor / Float(length) : 0
    gradient(
      dx.base + first, dy.base + first, x.base + first, length, mean, factor,
      share * inverse * inverse * Float(found.1), share * Float(found.0))
  }
}
