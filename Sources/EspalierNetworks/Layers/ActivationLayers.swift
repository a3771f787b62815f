public import EspalierTensors

/// What the layers that only apply an activation function share: any shape in, the same shape out.
public protocol ActivationLayer: Layer {
  /// The function.
  var function: Activation { get }
}

extension ActivationLayer {
  /// The function, so that a layer before this one can apply it in its own pass.
  public var activation: Activation? { function }

  /// The input's shape.
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] { try onlyInput(of: inputs) }

  /// y = f(x)
  public func forward(_ context: LayerContext, on compute: Compute) {
    compute.apply(function, to: context.input, into: context.output)
  }

  /// dx = dy ∘ f′
  public func backward(_ context: LayerContext, on compute: Compute) {
    guard let dx = context.inputGradients[0] else { return }
    compute.gradient(
      of: function, outputGradient: context.outputGradient,
      reference: function.derivativeFollowsFromOutput ? context.output : context.input, into: dx)
  }
}

/// What activation layers without a setting share.
public protocol PlainActivationLayer: ActivationLayer where Configuration == EmptyConfiguration {
  /// The only layer of its kind.
  init()
}

extension PlainActivationLayer {
  /// Nothing.
  public var configuration: EmptyConfiguration { EmptyConfiguration() }
  /// The only layer of its kind.
  public init(configuration: EmptyConfiguration, parameters: inout any ParameterSource) { self.init() }
}

/// The rectifier max(x, 0); its derivative at 0 is 0.
public struct ReLU: PlainActivationLayer {
  /// Name in files.
  public static let kind = "relu"
  /// The layer.
  public init() {}
  /// `.relu`
  public var function: Activation { .relu }
}

/// The logistic function 1 / (1 + e⁻ˣ).
public struct Sigmoid: PlainActivationLayer {
  /// Name in files.
  public static let kind = "sigmoid"
  /// The layer.
  public init() {}
  /// `.sigmoid`
  public var function: Activation { .sigmoid }
}

/// The hyperbolic tangent.
public struct Tanh: PlainActivationLayer {
  /// Name in files.
  public static let kind = "tanh"
  /// The layer.
  public init() {}
  /// `.tanh`
  public var function: Activation { .tanh }
}

/// x · Φ(x) with the standard normal distribution function, exact (D. Hendrycks and K. Gimpel, 2016).
public struct GELU: PlainActivationLayer {
  /// Name in files.
  public static let kind = "gelu"
  /// The layer.
  public init() {}
  /// `.gelu`
  public var function: Activation { .gelu }
}

/// x where x > 0, slope · x elsewhere (A. Maas et al., ICML 2013).
public struct LeakyReLU: ActivationLayer {
  /// Name in files.
  public static let kind = "leaky-relu"
  /// The factor of negative inputs.
  public let slope: Float

  /// A rectifier with the given slope below 0, at least 0 and finite, so that the sign of the output tells the side.
  public init(slope: Float = 0.01) {
    precondition(slope >= 0 && slope.isFinite, "a leaky ReLU's slope is at least 0 and finite, not \(slope)")
    self.slope = slope
  }

  /// What makes the layer again.
  public struct Configuration: Codable, Sendable, Hashable { let slope: Float }
  /// The slope.
  public var configuration: Configuration { Configuration(slope: slope) }

  /// Throws when the slope is negative or not finite.
  public init(configuration: Configuration, parameters: inout any ParameterSource) throws {
    guard configuration.slope >= 0, configuration.slope.isFinite else {
      throw InvalidConfiguration(layer: Self.kind, expected: "slope ≥ 0", found: "\(configuration.slope)")
    }
    slope = configuration.slope
  }

  /// `.leakyReLU`
  public var function: Activation { .leakyReLU(slope: slope) }
}

/// A stored configuration whose values a layer cannot have.
public struct InvalidConfiguration: Error, Sendable, Hashable, CustomStringConvertible {
  /// The layer's kind.
  public let layer: String
  /// What it can have.
  public let expected: String
  /// What it was given.
  public let found: String

  /// One line.
  public var description: String { "layer \(layer): expected \(expected), found \(found)" }
}
