public import EspalierTensors

/// Inverted dropout: in training an element is zeroed with the given probability p and scaled by 1 / (1 − p) otherwise;
/// at inference nothing happens.
///
/// The pattern is a hash of the step's key and the element's position, so nothing is stored for the backward pass.
///
/// Source: N. Srivastava et al., "Dropout", JMLR 15 (2014).
public struct Dropout: Layer {
  /// Name in files.
  public static let kind = "dropout"
  /// The probability that an element is zeroed.
  public let probability: Float

  /// Dropout with a probability in 0 ..< 1.
  public init(probability: Float = 0.5) {
    precondition(
      Self.range.contains(probability), "a dropout probability lies in 0 ..< 1, not \(probability)")
    self.probability = probability
  }

  private static let range: Range<Float> = 0..<1

  /// What makes the layer again.
  public struct Configuration: Codable, Sendable, Hashable { let probability: Float }
  /// The probability.
  public var configuration: Configuration { Configuration(probability: probability) }

  /// Throws when the probability is outside 0 ..< 1.
  public init(configuration: Configuration, parameters: inout any ParameterSource) throws {
    guard Self.range.contains(configuration.probability) else {
      throw InvalidConfiguration(
        layer: Self.kind, expected: "probability in 0 ..< 1", found: "\(configuration.probability)")
    }
    probability = configuration.probability
  }

  /// The input's shape.
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] { try onlyInput(of: inputs) }
  /// At inference, and when nothing is ever dropped.
  public func isPassThrough(training: Bool) -> Bool { !training || probability == 0 }

  /// Drops by this step's key.
  public func forward(_ context: LayerContext, on compute: Compute) {
    compute.dropout(context.input, key: context.randomKey, probability: probability, into: context.output)
  }

  /// The same pattern and scale, on the gradient.
  public func backward(_ context: LayerContext, on compute: Compute) {
    guard let dx = context.inputGradients[0] else { return }
    compute.dropout(context.outputGradient, key: context.randomKey, probability: probability, into: dx)
  }
}
