public import EspalierTensors

/// What softmax and its logarithm share: normalisation over all features of a sample.
public protocol SoftmaxLayer: Layer where Configuration == EmptyConfiguration {
  /// The only layer of its kind.
  init()
  /// Whether the logarithm is computed.
  static var isLogarithm: Bool { get }
}

extension SoftmaxLayer {
  /// Nothing.
  public var configuration: EmptyConfiguration { EmptyConfiguration() }
  /// The only layer of its kind.
  public init(configuration: EmptyConfiguration, parameters: inout any ParameterSource) { self.init() }
  /// The input's shape.
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] { try onlyInput(of: inputs) }

  /// Every column by itself.
  public func forward(_ context: LayerContext, on compute: Compute) {
    compute.softmax(context.input, logarithm: Self.isLogarithm, into: context.output)
  }

  /// From the output: p ∘ (dy − Σ dy p), or dy − eʸ Σ dy for the logarithm.
  public func backward(_ context: LayerContext, on compute: Compute) {
    guard let dx = context.inputGradients[0] else { return }
    compute.softmaxGradient(
      outputGradient: context.outputGradient, output: context.output, logarithm: Self.isLogarithm, into: dx)
  }
}

/// e^{xᵢ} / Σⱼ e^{xⱼ} over the features of a sample, computed with the largest x subtracted.
public struct Softmax: SoftmaxLayer {
  /// Name in files.
  public static let kind = "softmax"
  /// Probabilities, not their logarithms.
  public static let isLogarithm = false
  /// The layer.
  public init() {}
}

/// xᵢ − log Σⱼ e^{xⱼ} over the features of a sample, computed with the largest x subtracted.
public struct LogSoftmax: SoftmaxLayer {
  /// Name in files.
  public static let kind = "log-softmax"
  /// Logarithms of probabilities.
  public static let isLogarithm = true
  /// The layer.
  public init() {}
}
