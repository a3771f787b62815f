public import EspalierTensors

/// Any shape to one dimension, in row-major order. Free: the features are already rows.
public struct Flatten: Layer {
  /// Name in files.
  public static let kind = "flatten"
  /// The layer.
  public init() {}
  /// Nothing.
  public var configuration: EmptyConfiguration { EmptyConfiguration() }
  /// The only layer of its kind.
  public init(configuration: EmptyConfiguration, parameters: inout any ParameterSource) {}

  /// [a, b, …] → [a · b · …]
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    [try onlyInput(of: inputs).reduce(1, *)]
  }

  /// Always.
  public func isPassThrough(training: Bool) -> Bool { true }
  /// Nothing to do.
  public func forward(_ context: LayerContext, on compute: Compute) {}
  /// Nothing to do.
  public func backward(_ context: LayerContext, on compute: Compute) {}
}
