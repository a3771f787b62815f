public import EspalierTensors

/// The largest value of each window of each channel:
/// y[c, i, j] = max over u, v of x[c, i · stride + u − padding, j · stride + v − padding], pixels outside the image left out.
///
/// [channels, height, width] → [channels, output height, output width], with
/// ⌊(length + 2 · padding − kernel) / stride⌋ + 1 in both directions. A NaN is larger than all numbers. The gradient goes to
/// the first of a window's largest pixels, row by row. Costs kernel comparisons a value of the output, and in training two
/// bytes for each.
public struct MaxPool2d: PoolingLayer {
  /// Name in files.
  public static let kind = "max-pool2d"
  /// Kernel, stride and padding.
  public let geometry: ConvolutionGeometry

  /// Windows of `kernel` pixels, side by side unless a stride is given.
  ///
  /// Traps unless the padding is at most half the kernel and the kernel has at most 65,536 taps.
  public init(kernel: Extent, stride: Extent? = nil, padding: Extent = 0) {
    geometry = ConvolutionGeometry(requiringWindow: kernel, stride: stride, padding: padding)
    precondition(kernel.count <= Self.mostTaps, "a window of \(kernel) has more than \(Self.mostTaps) taps")
  }

  /// A tap's number is kept in 16 bits.
  private static let mostTaps = 1 << 16

  /// What makes the layer again.
  public struct Configuration: Codable, Sendable, Hashable {
    let kernel: Extent
    let stride: Extent
    let padding: Extent
  }

  /// Kernel, stride and padding.
  public var configuration: Configuration {
    Configuration(kernel: geometry.kernel, stride: geometry.stride, padding: geometry.padding)
  }

  /// Throws where the initializer traps.
  public init(configuration: Configuration, parameters: inout any ParameterSource) throws {
    guard
      let geometry = ConvolutionGeometry(
        window: configuration.kernel, stride: configuration.stride, padding: configuration.padding),
      geometry.kernel.count <= Self.mostTaps
    else {
      throw InvalidConfiguration(
        layer: Self.kind, expected: "\(ConvolutionGeometry.windowRule), of at most \(Self.mostTaps) taps",
        found: "\(configuration)")
    }
    self.geometry = geometry
  }

  /// Where a backward pass follows, 16 bits for each value of the output.
  public func scratchCount(inputs: [[Int]], batchSize: Int, training: Bool, inputGradient: Bool) -> Int {
    guard training, let shape = try? outputShape(for: inputs) else { return 0 }
    return (shape.reduce(batchSize, *) + 1) / 2
  }

  /// The largest values and, where a backward pass follows, where they were.
  public func forward(_ context: LayerContext, on compute: Compute) {
    compute.maxPool(
      context.input, windows(context), into: context.output, taps: taps(context))
  }

  /// dy to where the largest values were.
  public func backward(_ context: LayerContext, on compute: Compute) {
    guard let dx = context.inputGradients[0] else { return }
    compute.maxPoolGradient(
      outputGradient: context.outputGradient, windows(context), taps: taps(context)!, into: dx)
  }

  /// Where the taps are kept; nowhere unless a backward pass follows.
  private func taps(_ context: LayerContext) -> UnsafeMutablePointer<UInt16>? {
    context.scratch.isEmpty
      ? nil : UnsafeMutableRawPointer(context.scratch.baseAddress)?.assumingMemoryBound(to: UInt16.self)
  }
}
