public import EspalierTensors

/// Each pixel repeated `factor` times in both directions (nearest neighbour): y[c, i, j] = x[c, ⌊i / factor⌋, ⌊j / factor⌋].
/// [channels, height, width] → [channels, factor · height, factor · width]; the gradient is the sum over a pixel's copies.
public struct Upsample: Layer {
  /// Name in files.
  public static let kind = "upsample"
  /// How often a pixel is repeated in each direction.
  public let factor: Int

  private static let factors = ConvolutionGeometry.lengths

  /// Repetition by a factor of at least 1; traps on others.
  public init(factor: Int) {
    precondition(Self.factors.contains(factor), "images cannot be enlarged \(factor) times")
    self.factor = factor
  }

  /// What makes the layer again.
  public struct Configuration: Codable, Sendable, Hashable { let factor: Int }
  /// The factor.
  public var configuration: Configuration { Configuration(factor: factor) }

  /// Throws where the initializer traps.
  public init(configuration: Configuration, parameters: inout any ParameterSource) throws {
    guard Self.factors.contains(configuration.factor) else {
      throw InvalidConfiguration(
        layer: Self.kind, expected: "a factor of 1 to \(Self.factors.upperBound)",
        found: "\(configuration.factor)")
    }
    factor = configuration.factor
  }

  /// The same channels, larger.
  public func outputShape(for inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    let shape = try onlyInput(of: inputs)
    guard shape.count == 3, shape.allSatisfy({ (1..<1 << 31).contains($0) }) else {
      throw ShapeMismatch(
        layer: Self.kind, expected: "input of shape [channels, height, width]", found: "\(shape)")
    }
    return [shape[0], factor * shape[1], factor * shape[2]]
  }

  /// The windows of the output's pixels that have the same value: sums over them, and their way back, are both passes.
  private func windows(_ context: LayerContext) -> PoolingWindows {
    let (image, output) = (context.inputShapes[0], context.outputShape)
    return PoolingWindows(
      image: (output[1], output[2]), output: (image[1], image[2]), window: (factor, factor),
      stride: (factor, factor), padding: (0, 0), divisor: .one)
  }

  /// Copies.
  public func forward(_ context: LayerContext, on compute: Compute) {
    compute.meanPoolGradient(outputGradient: context.input, windows(context), into: context.output)
  }

  /// Sums.
  public func backward(_ context: LayerContext, on compute: Compute) {
    guard let dx = context.inputGradients[0] else { return }
    compute.meanPool(context.outputGradient, windows(context), into: dx)
  }
}
