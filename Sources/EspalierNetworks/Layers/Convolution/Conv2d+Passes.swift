public import EspalierTensors

extension Conv2d {
  /// The sum of the definition, a pixel's whole batch at a time.
  public func forward(_ context: LayerContext, on compute: Compute) {
    let (image, output) = extents(of: context)
    for row in 0..<outputs * output.count {
      let start = bias.map { $0.values.withUnsafeValues { $0[row / output.count] } } ?? 0
      for sample in 0..<context.output.columns { context.output[row, sample] = start }
    }
    weight.withUnsafeStoredValues { weights in
      forEachTerm(image, output) { index, input, result in
        for sample in 0..<context.output.columns {
          context.output[result, sample] += weights[index] * context.input[input, sample]
        }
      }
    }
  }

  /// The derivatives of the same sum.
  public func backward(_ context: LayerContext, on compute: Compute) {
    let (image, output) = extents(of: context)
    let dy = context.outputGradient!
    let dw = context.parameterGradients[0]
    dw.update(repeating: 0)
    context.inputGradients[0]?.values.update(repeating: 0)
    weight.withUnsafeStoredValues { weights in
      forEachTerm(image, output) { index, input, result in
        for sample in 0..<dy.columns {
          dw[index] += dy[result, sample] * context.input[input, sample]
          context.inputGradients[0]?[input, sample] += weights[index] * dy[result, sample]
        }
      }
    }
    guard bias != nil else { return }
    for channel in 0..<outputs {
      let rows = channel * output.count * dy.columns..<(channel + 1) * output.count * dy.columns
      context.parameterGradients[1][channel] = dy.values[rows].reduce(0, +)
    }
  }

  private func extents(of context: LayerContext) -> (image: Extent, output: Extent) {
    let (image, output) = (context.inputShapes[0], context.outputShape)
    return (Extent(height: image[1], width: image[2]), Extent(height: output[1], width: output[2]))
  }

  /// Visits every product of a weight with a pixel inside the image: the weight's index, the input's row, the output's.
  private func forEachTerm(_ image: Extent, _ output: Extent, _ visit: (Int, Int, Int) -> Void) {
    let (kernel, stride, padding, dilation) = (
      geometry.kernel, geometry.stride, geometry.padding, geometry.dilation
    )
    let inputsOfGroup = inputs / groups
    for channel in 0..<outputs {
      let firstInput = channel / (outputs / groups) * inputsOfGroup
      for input in 0..<inputsOfGroup {
        for tap in 0..<kernel.count {
          let (u, v) = (tap / kernel.width, tap % kernel.width)
          for pixel in 0..<output.count {
            let i = pixel / output.width * stride.height + u * dilation.height - padding.height
            let j = pixel % output.width * stride.width + v * dilation.width - padding.width
            guard (0..<image.height).contains(i), (0..<image.width).contains(j) else { continue }
            visit(
              (channel * inputsOfGroup + input) * kernel.count + tap,
              ((firstInput + input) * image.height + i) * image.width + j, channel * output.count + pixel)
          }
        }
      }
    }
  }
}
