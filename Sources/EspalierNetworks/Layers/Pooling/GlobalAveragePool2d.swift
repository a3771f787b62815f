public import EspalierTensors

/// The mean of each channel, y[c] = Σ over i, j of x[c, i, j] / (height · width): [channels, height, width] → [channels], so
/// that a linear layer can follow.
///
/// Source: M. Lin, Q. Chen and S. Yan, "Network in network" (ICLR 2014).
public struct GlobalAveragePool2d: Layer {
  /// Name in files.
  public static let kind = "global-average-pool2d"
  /// The layer.
  public init() {}
  /// Nothing.
  public var configuration: EmptyConfiguration { EmptyConfiguration() }
  /// The only layer of its kind.
  public init(configuration: EmptyConfiguration, parameters: inout any ParameterSource) {}

  /// [channels, height, width] → [channels].
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    let shape = try onlyInput(of: inputs)
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
      throw ShapeMismatch(
        layer: Self.kind, expected: "input of shape [channels, height, width]", found: "\(shape)")
    }
    return [shape[0]]
  }

  /// The means.
  public func forward(_ context: LayerContext, on compute: Compute) {
    compute.channelMeans(context.input, into: context.output)
  }

  /// dy to all pixels alike.
  public func backward(_ context: LayerContext, on compute: Compute) {
    guard let dx = context.inputGradients[0] else { return }
    compute.channelMeansGradient(outputGradient: context.outputGradient, into: dx)
  }
}
