extension ConvolutionShape {
  /// Floats of working memory for `Compute.convolve` on up to `threads` threads; with weights in a `ConvolutionLayout` if
  /// `packed`.
  public func scratchCount(threads: Int, packed: Bool = false) -> Int {
    (packed ? 0 : packedKernels.count)
      + ConvolutionProduct.scratchCount(self, threads: threads, isSparse: false)
  }

  /// Floats of working memory for `Compute.convolutionGradients` on up to `threads` threads.
  public func gradientScratchCount(threads: Int) -> Int {
    ConvolutionGradients.scratchCount(self, threads: threads)
  }
}

extension Compute {
  /// Y = f(W ∗ X + bias) for a batch of images, channel by channel, the samples innermost.
  ///
  /// - Parameters:
  ///   - x: [inputs · height · width] × samples.
  ///   - weights: [outputs, inputs / groups, kernel height, kernel width].
  ///   - shape: All sizes.
  ///   - bias: One value an output; none if `nil`.
  ///   - activation: f; the identity if `nil`.
  ///   - y: [outputs · output height · output width] × samples, overwritten.
  ///   - scratch: `shape.scratchCount(threads:)` floats, aligned to 64 bytes for speed.
  ///
  /// Costs 2 · `shape.multiplications` · samples floating-point operations, and a copy of the images where they are padded or
  /// read with a stride. Traps when the shapes disagree. The bits depend neither on the backend nor on the number of threads.
  public func convolve(
    _ x: MatrixView, weights: UnsafePointer<Float>, _ shape: ConvolutionShape, bias: UnsafePointer<Float>?,
    activation: Activation?, into y: MatrixView, scratch: UnsafeMutablePointer<Float>
  ) {
    shape.require(inputs: x, outputs: y)
    shape.packedKernels.write(weights, into: scratch, compute: self)
    let product = ConvolutionProduct(
      compute: self, shape: shape, x: x, y: y, bias: bias, activation: activation,
      weights: .dense(scratch))
    product.run(scratch: scratch + shape.packedKernels.count)
  }

  /// The same with weights that are in the order of the products already; `scratch` holds
  /// `shape.scratchCount(threads:packed: true)` floats.
  public func convolve(
    _ x: MatrixView, _ layout: ConvolutionLayout, _ shape: ConvolutionShape, bias: UnsafePointer<Float>?,
    activation: Activation?, into y: MatrixView, scratch: UnsafeMutablePointer<Float>
  ) {
    shape.require(inputs: x, outputs: y)
    precondition(layout.count == shape.packedKernels.count, "weights of another convolution than \(shape)")
    let product = ConvolutionProduct(
      compute: self, shape: shape, x: x, y: y, bias: bias, activation: activation,
      weights: .dense(layout.base))
    product.run(scratch: scratch)
  }

  /// The gradients of Y = W ∗ X by W and, where `inputGradient` is given, by X.
  ///
  /// - Parameters:
  ///   - dy: The gradient by Y.
  ///   - x: What `convolve` read.
  ///   - weights: What `convolve` read.
  ///   - shape: All sizes.
  ///   - gradient: As many values as there are weights, overwritten.
  ///   - inputGradient: The shape of `x`, overwritten; nil where nobody needs it.
  ///   - scratch: `shape.gradientScratchCount(threads:)` floats.
  ///
  /// Costs 2 · `shape.multiplications` · samples floating-point operations each. Traps when the shapes disagree. The bits
  /// depend neither on the backend nor on the number of threads.
  public func convolutionGradients(
    _ dy: MatrixView, _ x: MatrixView, weights: UnsafePointer<Float>, _ shape: ConvolutionShape,
    into gradient: UnsafeMutablePointer<Float>, inputGradient: MatrixView?,
    scratch: UnsafeMutablePointer<Float>
  ) {
    shape.require(inputs: x, outputs: dy)
    if let inputGradient { shape.require(inputs: inputGradient, outputs: dy) }
    let gradients = ConvolutionGradients(
      compute: self, shape: shape, weights: weights, dy: dy, x: x, gradient: gradient, dx: inputGradient)
    gradients.run(scratch: scratch)
  }

  /// Into how many parts that many floating-point operations are split: a part is worth handing over.
  func parts(forOperations operations: Int) -> Int { max(1, min(threads, operations / 1_000_000)) }
}
