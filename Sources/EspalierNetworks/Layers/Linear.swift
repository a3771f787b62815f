public import EspalierTensors

/// A masked, fully connected layer: y = (W ∘ M) · x + b for each sample x, which over a batch of rows is the classic
/// x · (W ∘ M)ᵀ + b.
///
/// `weight` is [outputs, inputs] with its mask M (all ones until pruned), `bias` [outputs] or absent. Because a pruned
/// weight is exactly zero, the product needs no mask. With the gradient dY [outputs, batch]:
/// dX = Wᵀ · dY, dW = (dY · Xᵀ) ∘ M, db = the row sums of dY. Costs 2 · inputs · outputs · batch floating-point
/// operations a product.
///
/// Packed weights (`Parameter.pack`) are multiplied at the cost of the survivors, all three products: 2 · survivors · batch
/// operations each.
///
/// A following activation whose derivative follows from its output is applied in the bias's pass.
public struct Linear: Layer {
  /// Name in files.
  public static let kind = "linear"

  /// [outputs, inputs].
  public var weight: Parameter
  /// [outputs], or nil.
  public var bias: Parameter?

  /// A layer with weights and biases drawn from `initializer`, by default U(−1/√inputs, 1/√inputs) for both; other
  /// initializers leave the biases 0.
  public init(
    inputs: Int, outputs: Int, bias: Bool = true, initializer: Initializer = .uniformFanIn,
    using generator: inout some RandomNumberGenerator
  ) {
    precondition(
      inputs >= 0 && outputs >= 0, "a linear layer cannot have \(inputs) inputs and \(outputs) outputs")
    weight = Parameter(
      initializer.tensor(shape: [outputs, inputs], fanIn: inputs, fanOut: outputs, using: &generator),
      role: .weight)
    guard bias else { return }
    let rule: Initializer = initializer == .uniformFanIn ? initializer : .constant(0)
    self.bias = Parameter(
      rule.tensor(shape: [outputs], fanIn: inputs, fanOut: outputs, using: &generator), role: .bias)
  }

  /// A layer with given parameters; traps unless `weight` is [outputs, inputs] and `bias` [outputs].
  public init(weight: Tensor, bias: Tensor? = nil) {
    precondition(
      weight.shape.count == 2, "a linear layer's weight has shape [outputs, inputs], not \(weight.shape)")
    precondition(
      bias.map { $0.shape == [weight.shape[0]] } ?? true,
      "a bias of shape \(bias!.shape) does not fit a weight of shape \(weight.shape)")
    self.weight = Parameter(weight, role: .weight)
    self.bias = bias.map { Parameter($0, role: .bias) }
  }

  /// The number of input features.
  public var inputs: Int { weight.shape[1] }
  /// The number of output features.
  public var outputs: Int { weight.shape[0] }

  /// What makes the layer again.
  public struct Configuration: Codable, Sendable, Hashable {
    let inputs: Int
    let outputs: Int
    let bias: Bool
  }

  /// Sizes, and whether there is a bias.
  public var configuration: Configuration {
    Configuration(inputs: inputs, outputs: outputs, bias: bias != nil)
  }

  /// Takes `weight` and `bias` from the source.
  public init(configuration: Configuration, parameters: inout any ParameterSource) throws {
    let (inputs, outputs) = (configuration.inputs, configuration.outputs)
    weight = try parameters.parameter("weight", shape: [outputs, inputs], role: .weight)
    if configuration.bias { bias = try parameters.parameter("bias", shape: [outputs], role: .bias) }
  }

  /// [inputs] → [outputs].
  public func outputShape(for inputShapes: [[Int]]) throws(ShapeMismatch) -> [Int] {
    let shape = try onlyInput(of: inputShapes)
    guard shape == [inputs] else {
      let hint = shape.count > 1 ? " (put a Flatten before it)" : ""
      throw ShapeMismatch(layer: Self.kind, expected: "input of shape [\(inputs)]", found: "\(shape)\(hint)")
    }
    return [outputs]
  }

  /// Each weight once.
  public func multiplyAccumulates(inputs: [[Int]]) -> (dense: Int, surviving: Int) {
    (weight.count, weight.survivors)
  }

  /// `weight`, then `bias`.
  public mutating func visitParameters(_ visit: (String, inout Parameter) -> Void) {
    visit("weight", &weight)
    if bias != nil { visit("bias", &bias!) }
  }

  /// This layer.
  public var linear: Linear? { self }

  /// What others are compared with.
  public var packingFactor: Double { 1 }

  /// Bias and activation are one pass.
  public var fusesActivation: Bool { true }

  /// Only packed weights need any. Where the input gradient is asked for, the transposed layout of their pattern is made.
  public func scratchCount(inputs: [[Int]], batchSize: Int, training: Bool, inputGradient: Bool) -> Int {
    guard let pattern = weight.pattern else { return 0 }
    let needed = pattern.scratchCount(
      batch: batchSize, threads: ThreadCount.current, inputGradient: inputGradient)
    return max(needed, 1)
  }

  /// Y = W · X, then bias and activation in one pass.
  public func forward(_ context: LayerContext, on compute: Compute) {
    bias.withBaseAddress { bias in
      if let pattern = weight.pattern {
        forward(pattern, bias, context, on: compute)
      } else {
        withWeightMatrix { compute.multiply($0, by: context.input, into: context.output) }
        compute.addBias(bias, activation: context.fusedActivation, to: context.output)
      }
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
      dy, output: context.output, activation: context.fusedActivation,
      biasGradient: bias == nil ? nil : context.parameterGradients[1].baseAddress)
    if let pattern = weight.pattern { return backward(pattern, dy, context, on: compute) }
    compute.multiply(
      dy, byTransposed: context.input, into: MatrixView(base: dw.baseAddress!, rows: outputs, columns: inputs)
    )
    guard let dx = context.inputGradients[0] else { return }
    withWeightMatrix { compute.multiply(transposed: $0, by: dy, into: dx) }
  }

  private func forward(
    _ pattern: SparsePattern, _ bias: UnsafePointer<Float>?, _ context: LayerContext, on compute: Compute
  ) {
    weight.withUnsafeStoredValues {
      compute.multiply(
        pattern, values: $0.baseAddress!, by: context.input, bias: bias, activation: context.fusedActivation,
        into: context.output, scratch: scratch(of: context, for: pattern, on: compute))
    }
  }

  private func backward(
    _ pattern: SparsePattern, _ dy: MatrixView, _ context: LayerContext, on compute: Compute
  ) {
    weight.withUnsafeStoredValues {
      compute.gradients(
        of: pattern, values: $0.baseAddress!, dy: dy, x: context.input,
        into: context.parameterGradients[0].baseAddress!, inputGradient: context.inputGradients[0],
        scratch: scratch(of: context, for: pattern, on: compute))
    }
  }

  private func scratch(
    of context: LayerContext, for pattern: SparsePattern, on compute: Compute
  ) -> UnsafeMutablePointer<Float> {
    let needed = pattern.scratchCount(
      batch: context.output.columns, threads: compute.threads, inputGradient: context.inputGradients[0] != nil
    )
    precondition(
      context.scratch.count >= needed,
      "\(context.scratch.count) floats of working memory, \(needed) needed: the workspace was planned for fewer threads, "
        + "or before the weights were packed or pruned")
    return context.scratch.baseAddress!
  }

  private func withWeightMatrix(_ body: (MatrixView) -> Void) {
    weight.withUnsafeStoredValues { values in
      body(
        MatrixView(base: UnsafeMutablePointer(mutating: values.baseAddress!), rows: outputs, columns: inputs))
    }
  }
}
