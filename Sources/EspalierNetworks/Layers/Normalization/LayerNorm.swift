public import EspalierTensors

/// Layer normalisation of each sample over all of its values: y = (x − m) / √(v + ε) ∘ scale + shift, with the sample's own
/// mean m and biased variance v, in training and at inference.
///
/// `scale` and `shift` are learned and have the sample's shape. Costs three passes over the input forward, five backward.
///
/// Source: J. Ba, J. Kiros and G. Hinton, "Layer normalization" (2016).
public struct LayerNorm: Layer {
  /// Name in files.
  public static let kind = "layer-norm"

  /// Of the sample's shape, or nil where nothing is learned.
  public var scale: Parameter?
  /// Of the sample's shape, or nil where nothing is learned.
  public var shift: Parameter?
  /// The shape of a sample.
  public let shape: [Int]
  /// What is added to variances, above 0.
  public let epsilon: Float

  /// Normalisation with scales of 1 and shifts of 0, or without any unless `affine`; traps unless ε is positive and the
  /// shape's lengths are at least 1.
  public init(shape: [Int], epsilon: Float = 1e-5, affine: Bool = true) {
    precondition(
      Self.isValid(shape, epsilon), "layer normalisation of samples of shape \(shape) with epsilon \(epsilon)"
    )
    self.shape = shape
    self.epsilon = epsilon
    guard affine else { return }
    scale = Parameter(Tensor(repeating: 1, shape: shape), role: .scale)
    shift = Parameter(Tensor(zeros: shape), role: .bias)
  }

  /// Normalisation with given scales and shifts of one shape; traps otherwise.
  public init(scale: Tensor, shift: Tensor, epsilon: Float = 1e-5) {
    precondition(
      scale.shape == shift.shape, "scales of shape \(scale.shape) and shifts of shape \(shift.shape)")
    self.init(shape: scale.shape, epsilon: epsilon, affine: false)
    self.scale = Parameter(scale, role: .scale)
    self.shift = Parameter(shift, role: .bias)
  }

  private static func isValid(_ shape: [Int], _ epsilon: Float) -> Bool {
    !shape.isEmpty && shape.allSatisfy { $0 > 0 } && epsilon > 0 && epsilon.isFinite
  }

  /// What makes the layer again.
  public struct Configuration: Codable, Sendable, Hashable {
    let shape: [Int]
    let epsilon: Float
    let affine: Bool
  }

  /// Shape and settings.
  public var configuration: Configuration {
    Configuration(shape: shape, epsilon: epsilon, affine: scale != nil)
  }

  /// Takes `scale` and `shift` from the source; throws where the initializer traps.
  public init(configuration: Configuration, parameters: inout any ParameterSource) throws {
    guard Self.isValid(configuration.shape, configuration.epsilon) else {
      throw InvalidConfiguration(
        layer: Self.kind, expected: "lengths of at least 1 and an epsilon above 0", found: "\(configuration)")
    }
    shape = configuration.shape
    epsilon = configuration.epsilon
    guard configuration.affine else { return }
    scale = try parameters.parameter("scale", shape: shape, role: .scale)
    shift = try parameters.parameter("shift", shape: shape, role: .bias)
  }

  /// The input's shape, which is the layer's.
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    let input = try onlyInput(of: inputs)
    guard input == shape else {
      throw ShapeMismatch(layer: Self.kind, expected: "input of shape \(shape)", found: "\(input)")
    }
    return shape
  }

  /// `scale`, then `shift`.
  public mutating func visitParameters(_ visit: (String, inout Parameter) -> Void) {
    if scale != nil { visit("scale", &scale!) }
    if shift != nil { visit("shift", &shift!) }
  }

  /// The samples' means and the reciprocals of their deviations.
  public func scratchCount(inputs: [[Int]], batchSize: Int, training: Bool, inputGradient: Bool) -> Int {
    2 * batchSize
  }

  /// Each sample by itself.
  public func forward(_ context: LayerContext, on compute: Compute) {
    let mean = context.scratch.baseAddress!
    withScale { scale in
      withShift { shift in
        compute.layerNorm(
          context.input, scale: scale, shift: shift, epsilon: epsilon, mean: mean,
          inverse: mean + context.input.columns, into: context.output)
      }
    }
  }

  /// The gradients by scale, shift and input.
  public func backward(_ context: LayerContext, on compute: Compute) {
    let (dy, x) = (context.outputGradient!, context.input)
    let mean = UnsafePointer(context.scratch.baseAddress!)
    if scale != nil {
      compute.layerNormParameterGradients(
        outputGradient: dy, input: x, mean: mean, inverse: mean + x.columns,
        scaleGradient: context.parameterGradients[0].baseAddress!,
        shiftGradient: context.parameterGradients[1].baseAddress!)
    }
    guard let dx = context.inputGradients[0] else { return }
    withScale {
      compute.layerNormGradient(
        outputGradient: dy, input: x, scale: $0, mean: mean, inverse: mean + x.columns, into: dx)
    }
  }

  private func withScale(_ body: (UnsafePointer<Float>?) -> Void) {
    guard let scale else { return body(nil) }
    scale.withUnsafeStoredValues { body($0.baseAddress) }
  }

  private func withShift(_ body: (UnsafePointer<Float>?) -> Void) {
    guard let shift else { return body(nil) }
    shift.withUnsafeStoredValues { body($0.baseAddress) }
  }
}
