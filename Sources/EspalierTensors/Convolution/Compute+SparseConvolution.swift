extension ConvolutionShape {
  /// Floats of working memory for `Compute.convolve` with packed weights on up to `threads` threads.
  public func sparseScratchCount(threads: Int) -> Int {
    ConvolutionProduct.scratchCount(self, threads: threads, isSparse: true)
  }

  /// Floats of working memory for `Compute.convolutionGradients` with packed weights.
  public func gradientScratchCount(_ pattern: SparsePattern, inputGradient: Bool) -> Int {
    SparseConvolutionGradients.scratchCount(self, pattern, inputGradient: inputGradient)
  }

  /// Traps unless a matrix of the pattern holds the weights of this convolution.
  fileprivate func require(_ pattern: SparsePattern) {
    precondition(
      groups == 1 && pattern.rows == outputs && pattern.columns == terms,
      "a packed \(pattern.rows) × \(pattern.columns) matrix does not hold the weights of \(self)")
  }
}

extension Compute {
  /// Y = f(W ∗ X + bias) for the packed weights of a convolution in one group, the matrix of outputs by inputs and taps:
  /// 2 · survivors · output pixels · samples floating-point operations.
  ///
  /// - Parameters:
  ///   - x: [inputs · height · width] × samples.
  ///   - pattern: Which weights survive.
  ///   - values: A stream of `pattern.slots` values with zeros in its padding.
  ///   - shape: All sizes.
  ///   - bias: One value an output; none if `nil`.
  ///   - activation: f; the identity if `nil`.
  ///   - y: [outputs · output height · output width] × samples, overwritten.
  ///   - scratch: `shape.sparseScratchCount(threads:)` floats.
  ///
  /// Traps when the shapes disagree. The bits depend neither on the backend nor on the number of threads.
  public func convolve(
    _ x: MatrixView, _ pattern: SparsePattern, values: UnsafePointer<Float>, _ shape: ConvolutionShape,
    bias: UnsafePointer<Float>?, activation: Activation?, into y: MatrixView,
    scratch: UnsafeMutablePointer<Float>
  ) {
    shape.require(pattern)
    shape.require(inputs: x, outputs: y)
    let product = ConvolutionProduct(
      compute: self, shape: shape, x: x, y: y, bias: bias, activation: activation,
      weights: .sparse(pattern.layout, values))
    product.run(scratch: scratch)
  }

  /// The gradients of Y = W ∗ X by the surviving weights and, where `inputGradient` is given, by X, for packed weights.
  ///
  /// - Parameters:
  ///   - dy: The gradient by Y.
  ///   - x: What `convolve` read.
  ///   - pattern: Which weights survive.
  ///   - values: What `convolve` read.
  ///   - shape: All sizes.
  ///   - gradient: A stream of `pattern.slots` floats, overwritten; its padding with exactly 0.
  ///   - inputGradient: The shape of `x`, overwritten; nil where nobody needs it.
  ///   - scratch: `shape.gradientScratchCount(_:inputGradient:)` floats.
  ///
  /// Costs 2 · survivors · output pixels · samples floating-point operations each. Traps when the shapes disagree. The bits
  /// depend neither on the backend nor on the number of threads.
  public func convolutionGradients(
    _ dy: MatrixView, _ x: MatrixView, _ pattern: SparsePattern, values: UnsafePointer<Float>,
    _ shape: ConvolutionShape, into gradient: UnsafeMutablePointer<Float>, inputGradient: MatrixView?,
    scratch: UnsafeMutablePointer<Float>
  ) {
    shape.require(pattern)
    shape.require(inputs: x, outputs: dy)
    if let inputGradient { shape.require(inputs: inputGradient, outputs: dy) }
    let gradients = SparseConvolutionGradients(
      compute: self, shape: shape, pattern: pattern, values: values, dy: dy, x: x, gradient: gradient,
      dx: inputGradient)
    gradients.run(scratch: scratch)
  }
}
