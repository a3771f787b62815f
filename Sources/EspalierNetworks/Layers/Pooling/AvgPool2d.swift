public import EspalierTensors

/// The mean of each window of each channel:
/// y[c, i, j] = Σ over u, v of x[c, i · stride + u − padding, j · stride + v − padding] / count, with x = 0 outside the image.
///
/// `count` is the number of taps or, unless `countsPadding`, of those inside the image. [channels, height, width] →
/// [channels, output height, output width], with ⌊(length + 2 · padding − kernel) / stride⌋ + 1 in both directions. Costs
/// kernel additions a value of the output.
public struct AvgPool2d: PoolingLayer {
  /// Name in files.
  public static let kind = "avg-pool2d"
  /// Kernel, stride and padding.
  public let geometry: ConvolutionGeometry
  /// Whether zeros around the image count in the mean.
  public let countsPadding: Bool

  /// Windows of `kernel` pixels, side by side unless a stride is given; traps unless the padding is at most half the kernel.
  public init(kernel: Extent, stride: Extent? = nil, padding: Extent = 0, countsPadding: Bool = true) {
    geometry = ConvolutionGeometry(requiringWindow: kernel, stride: stride, padding: padding)
    self.countsPadding = countsPadding
  }

  /// What makes the layer again.
  public struct Configuration: Codable, Sendable, Hashable {
    let kernel: Extent
    let stride: Extent
    let padding: Extent
    let countsPadding: Bool
  }

  /// Kernel, stride, padding, and what counts.
  public var configuration: Configuration {
    Configuration(
      kernel: geometry.kernel, stride: geometry.stride, padding: geometry.padding,
      countsPadding: countsPadding)
  }

  /// Throws where the initializer traps.
  public init(configuration: Configuration, parameters: inout any ParameterSource) throws {
    guard
      let geometry = ConvolutionGeometry(
        window: configuration.kernel, stride: configuration.stride, padding: configuration.padding)
    else {
      throw InvalidConfiguration(
        layer: Self.kind, expected: ConvolutionGeometry.windowRule, found: "\(configuration)")
    }
    self.geometry = geometry
    countsPadding = configuration.countsPadding
  }

  private var divisor: PoolingWindows.Divisor { countsPadding ? .taps : .pixels }

  /// The means.
  public func forward(_ context: LayerContext, on compute: Compute) {
    compute.meanPool(context.input, windows(context, divisor: divisor), into: context.output)
  }

  /// dy to all pixels of a window alike.
  public func backward(_ context: LayerContext, on compute: Compute) {
    guard let dx = context.inputGradients[0] else { return }
    compute.meanPoolGradient(
      outputGradient: context.outputGradient, windows(context, divisor: divisor), into: dx)
  }
}
