public import EspalierTensors

extension Conv2d {
  /// Bias and activation are part of the products.
  public var fusesActivation: Bool { true }

  /// Whether it computes with packed weights: in one group.
  package var packsWeights: Bool { groups == 1 }

  /// Measured with LeNet-5's training step at batch 64 on AVX-512: with 40 % of the weights packed ones took as long as dense
  /// ones, with 60 % 1.4 times as long. Those of linear layers are worth packing up to 60 %.
  public var packingFactor: Double { packsWeights ? 2.0 / 3 : 0 }

  /// Room for the weights in the order of the products, and for the pixels that fit the caches.
  public func scratchCount(inputs: [[Int]], batchSize: Int, training: Bool, inputGradient: Bool) -> Int {
    scratchCount(
      shape(image: inputs[0], batch: batchSize), threads: ThreadCount.current, training: training,
      inputGradient: inputGradient)
  }

  /// Y = f(W ∗ X + b).
  public func forward(_ context: LayerContext, on compute: Compute) {
    let scratch = scratch(of: context, on: compute)
    bias.withBaseAddress { bias in
      weight.withUnsafeStoredValues {
        if let pattern = weight.pattern {
          return compute.convolve(
            context.input, pattern, values: $0.baseAddress!, shape(of: context), bias: bias,
            activation: context.fusedActivation, into: context.output, scratch: scratch)
        }
        compute.convolve(
          context.input, weights: $0.baseAddress!, shape(of: context), bias: bias,
          activation: context.fusedActivation, into: context.output, scratch: scratch)
      }
    }
  }

  /// The weights in the order of the dense products.
  package var denseLayout: ConvolutionLayout {
    weight.values.withUnsafeValues {
      ConvolutionLayout($0.baseAddress!, outputs: outputs, groups: groups, terms: weight.count / outputs)
    }
  }

  /// Y = f(W ∗ X + b) with weights laid out before.
  package func forward(_ context: LayerContext, _ layout: ConvolutionLayout, on compute: Compute) {
    bias.withBaseAddress {
      compute.convolve(
        context.input, layout, shape(of: context), bias: $0, activation: context.fusedActivation,
        into: context.output, scratch: scratch(of: context, on: compute))
    }
  }

  /// The activation's derivative and db in one pass, then dW and, if asked for, dX.
  public func backward(_ context: LayerContext, on compute: Compute) {
    let dy = context.outputGradient!
    let dw = context.parameterGradients[0]
    precondition(
      dw.count == weight.storedCount,
      "a gradient of \(dw.count) values for \(weight.storedCount) stored weights: the workspace was planned before they "
        + "were packed or pruned")
    compute.activationAndBiasGradient(
      channels(of: dy), output: channels(of: context.output), activation: context.fusedActivation,
      biasGradient: bias == nil ? nil : context.parameterGradients[1].baseAddress)
    let scratch = scratch(of: context, on: compute)
    weight.withUnsafeStoredValues {
      if let pattern = weight.pattern {
        return compute.convolutionGradients(
          dy, context.input, pattern, values: $0.baseAddress!, shape(of: context), into: dw.baseAddress!,
          inputGradient: context.inputGradients[0], scratch: scratch)
      }
      compute.convolutionGradients(
        dy, context.input, weights: $0.baseAddress!, shape(of: context), into: dw.baseAddress!,
        inputGradient: context.inputGradients[0], scratch: scratch)
    }
  }

  /// The sizes of the convolution of a batch of images [inputs, height, width].
  func shape(image: [Int], batch: Int) -> ConvolutionShape {
    let (kernel, stride, padding, dilation) = (
      geometry.kernel, geometry.stride, geometry.padding, geometry.dilation
    )
    return ConvolutionShape(
      inputs: inputs, outputs: outputs, groups: groups,
      rows: ConvolutionAxis(
        image: image[1], kernel: kernel.height, stride: stride.height, padding: padding.height,
        dilation: dilation.height),
      columns: ConvolutionAxis(
        image: image[2], kernel: kernel.width, stride: stride.width, padding: padding.width,
        dilation: dilation.width), batch: batch)
  }

  private func shape(of context: LayerContext) -> ConvolutionShape {
    shape(image: context.inputShapes[0], batch: context.output.columns)
  }

  private func scratchCount(
    _ shape: ConvolutionShape, threads: Int, training: Bool, inputGradient: Bool
  ) -> Int {
    if let pattern = weight.pattern {
      let forward = shape.sparseScratchCount(threads: threads)
      return training
        ? max(forward, shape.gradientScratchCount(pattern, inputGradient: inputGradient)) : forward
    }
    let forward = shape.scratchCount(threads: threads)
    return training ? max(forward, shape.gradientScratchCount(threads: threads)) : forward
  }

  private func scratch(of context: LayerContext, on compute: Compute) -> UnsafeMutablePointer<Float> {
    let needed = scratchCount(
      shape(of: context), threads: compute.threads, training: context.isTraining,
      inputGradient: context.inputGradients[0] != nil)
    precondition(
      context.scratch.count >= needed,
      "\(context.scratch.count) floats of working memory, \(needed) needed: the workspace was planned for fewer threads, "
        + "or before the weights were packed or pruned")
    return context.scratch.baseAddress!
  }

  /// A batch with one row a channel.
  private func channels(of y: MatrixView) -> MatrixView {
    MatrixView(base: y.base, rows: outputs, columns: y.count / outputs)
  }
}
