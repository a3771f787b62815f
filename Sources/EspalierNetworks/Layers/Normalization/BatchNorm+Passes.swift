public import EspalierTensors

extension BatchNorm {
  /// Where a backward pass follows, the batch's means and variances.
  public func scratchCount(inputs: [[Int]], batchSize: Int, training: Bool, inputGradient: Bool) -> Int {
    training ? 2 * channels : 0
  }

  /// Values a channel.
  private func length(_ context: LayerContext) -> Int { context.output.count / channels }

  /// Whether the batch is normalised by its own statistics.
  private func usesBatch(_ context: LayerContext) -> Bool { context.isTraining && length(context) > 1 }

  /// Normalises by the batch's statistics in training, which stay in working memory, and by the running ones otherwise.
  public func forward(_ context: LayerContext, on compute: Compute) {
    guard usesBatch(context) else {
      return withRunningStatistics {
        compute.normalizeChannels(
          context.input, channels: channels, by: $0, activation: context.fusedActivation, into: context.output
        )
      }
    }
    let mean = context.scratch.baseAddress!
    withAffine { scale, shift in
      compute.normalizeChannelsByBatch(
        context.input, channels: channels, mean: mean, variance: mean + channels, scale: scale, shift: shift,
        epsilon: epsilon, activation: context.fusedActivation, into: context.output)
    }
  }

  /// The gradients by the input, the scale and the shift; by the batch's statistics too where they were used.
  public func backward(_ context: LayerContext, on compute: Compute) {
    let isByBatch = usesBatch(context)
    withStatistics(of: context, isByBatch) { normalization in
      compute.channelGradients(
        outputGradient: context.outputGradient, output: context.output, input: context.input,
        channels: channels, by: normalization, byBatch: isByBatch, activation: context.fusedActivation,
        scaleGradient: scale == nil ? nil : context.parameterGradients[0].baseAddress,
        shiftGradient: shift == nil ? nil : context.parameterGradients[1].baseAddress,
        into: context.inputGradients[0])
    }
  }

  /// r ← (1 − share) · r + share · b, by default with the layer's momentum.
  public mutating func updateStatistics(from context: LayerContext, share: Float?) {
    guard usesBatch(context) else { return }
    let share = share ?? momentum
    let mean = UnsafePointer(context.scratch.baseAddress!)
    let length = Float(length(context))
    Self.move(&runningMean, towards: mean, times: 1, share: share)
    Self.move(&runningVariance, towards: mean + channels, times: length / (length - 1), share: share)
  }

  private static func move(
    _ running: inout Tensor, towards batch: UnsafePointer<Float>, times factor: Float, share: Float
  ) {
    running.withUnsafeMutableValues { running in
      for channel in running.indices {
        running[channel] = (1 - share) * running[channel] + share * (factor * batch[channel])
      }
    }
  }

  private func withStatistics(
    of context: LayerContext, _ isByBatch: Bool, _ body: (ChannelNormalization) -> Void
  ) {
    guard isByBatch else { return withRunningStatistics(body) }
    let mean = UnsafePointer(context.scratch.baseAddress!)
    withAffine { scale, shift in
      body(
        ChannelNormalization(
          mean: mean, variance: mean + channels, scale: scale, shift: shift, epsilon: epsilon))
    }
  }

  private func withRunningStatistics(_ body: (ChannelNormalization) -> Void) {
    runningMean.withUnsafeValues { mean in
      runningVariance.withUnsafeValues { variance in
        withAffine { scale, shift in
          body(
            ChannelNormalization(
              mean: mean.baseAddress!, variance: variance.baseAddress!, scale: scale, shift: shift,
              epsilon: epsilon))
        }
      }
    }
  }

  private func withAffine(_ body: (UnsafePointer<Float>?, UnsafePointer<Float>?) -> Void) {
    guard let scale, let shift else { return body(nil, nil) }
    scale.withUnsafeStoredValues { scale in
      shift.withUnsafeStoredValues { body(scale.baseAddress, $0.baseAddress) }
    }
  }
}
