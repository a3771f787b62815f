internal import CEspalierKernels

extension Compute {
  /// y[r, s] = (x[r, s] − mean[s]) · inverse[s] · scale[r] + shift[r] with the mean over the rows of column s and
  /// inverse = 1 / √(biased variance + ε), which are left in `mean` and `inverse`. Without scale and shift these are 1 and 0.
  public func layerNorm(
    _ x: MatrixView, scale: UnsafePointer<Float>?, shift: UnsafePointer<Float>?, epsilon: Float,
    mean: UnsafeMutablePointer<Float>, inverse: UnsafeMutablePointer<Float>, into y: MatrixView
  ) {
    let operands = (kernels.layer_norm, x, y, scale, shift, epsilon, mean, inverse)
    split(x.columns, grain: 16, minimum: leastChannels(of: x, x.columns), operands) { task, part in
      let (kernel, x, y, scale, shift, epsilon, mean, inverse) = task
      let first = part.lowerBound
      kernel(
        y.base + first, x.base + first, x.rows, part.count, x.columns, scale, shift, epsilon, mean + first,
        inverse + first)
    }
  }

  /// With n = (x − mean) · inverse: dscale[r] = Σ over s of dy · n and dshift[r] = Σ over s of dy.
  public func layerNormParameterGradients(
    outputGradient dy: MatrixView, input x: MatrixView, mean: UnsafePointer<Float>,
    inverse: UnsafePointer<Float>, scaleGradient: UnsafeMutablePointer<Float>,
    shiftGradient: UnsafeMutablePointer<Float>
  ) {
    let operands = (
      kernels.layer_norm_parameter_gradients, dy, x, mean, inverse, scaleGradient, shiftGradient
    )
    split(x.rows, minimum: leastChannels(of: x, x.rows), operands) { task, part in
      let (kernel, dy, x, mean, inverse, scaleGradient, shiftGradient) = task
      let first = part.lowerBound
      kernel(
        scaleGradient + first, shiftGradient + first, dy.base + first * x.columns, x.base + first * x.columns,
        part.count, x.columns, x.columns, mean, inverse)
    }
  }

  /// With g = dy · scale: dx = (g − mean of g − n · mean of g · n) · inverse, the means over the rows.
  public func layerNormGradient(
    outputGradient dy: MatrixView, input x: MatrixView, scale: UnsafePointer<Float>?,
    mean: UnsafePointer<Float>, inverse: UnsafePointer<Float>, into dx: MatrixView
  ) {
    let operands = (kernels.layer_norm_gradient, dy, x, dx, scale, mean, inverse)
    split(x.columns, grain: 16, minimum: leastChannels(of: x, x.columns), operands) { task, part in
      let (kernel, dy, x, dx, scale, mean, inverse) = task
      let first = part.lowerBound
      kernel(
        dx.base + first, dy.base + first, x.base + first, x.rows, part.count, x.columns, scale, mean + first,
        inverse + first)
    }
  }
}
