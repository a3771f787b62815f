public import EspalierTensors

/// The inputs' channels one after another: [a, …], [b, …], … → [a + b + …, …] for shapes that differ in their first
/// dimension only. Features are rows, so each input is one copy.
public struct Concat: Layer {
  /// Name in files.
  public static let kind = "concat"
  /// The layer.
  public init() {}
  /// Nothing.
  public var configuration: EmptyConfiguration { EmptyConfiguration() }
  /// The only layer of its kind.
  public init(configuration: EmptyConfiguration, parameters: inout any ParameterSource) {}

  /// The sum of the first dimensions, and the others.
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    guard let first = inputs.first, inputs.allSatisfy({ !$0.isEmpty && $0.dropFirst() == first.dropFirst() })
    else {
      throw ShapeMismatch(
        layer: Self.kind, expected: "one or more inputs that differ in their first dimension only",
        found: "\(inputs)")
    }
    return [inputs.reduce(0) { $0 + $1[0] }] + first.dropFirst()
  }

  /// Input by input.
  public func forward(_ context: LayerContext, on compute: Compute) {
    var place = context.output.base
    for input in context.inputs {
      place.update(from: input.base, count: input.count)
      place += input.count
    }
  }

  /// Each input gets its part of dy.
  public func backward(_ context: LayerContext, on compute: Compute) {
    var place = context.outputGradient.base
    for (input, gradient) in zip(context.inputs, context.inputGradients) {
      gradient?.base.update(from: place, count: input.count)
      place += input.count
    }
  }
}
