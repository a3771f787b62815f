public import EspalierTensors

/// The sum of two inputs of one shape: what joins a residual connection.
public struct Add: Layer {
  /// Name in files.
  public static let kind = "add"
  /// The layer.
  public init() {}
  /// Nothing.
  public var configuration: EmptyConfiguration { EmptyConfiguration() }
  /// The only layer of its kind.
  public init(configuration: EmptyConfiguration, parameters: inout any ParameterSource) {}

  /// The inputs' common shape.
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    guard inputs.count == 2, inputs[0] == inputs[1] else {
      throw ShapeMismatch(layer: Self.kind, expected: "2 inputs of one shape", found: "\(inputs)")
    }
    return inputs[0]
  }

  /// y = a + b
  public func forward(_ context: LayerContext, on compute: Compute) {
    compute.add(context.inputs[0], context.inputs[1], into: context.output)
  }

  /// Both inputs get dy.
  public func backward(_ context: LayerContext, on compute: Compute) {
    for case let dx? in context.inputGradients {
      _ = dx.values.update(fromContentsOf: context.outputGradient.values)
    }
  }
}
