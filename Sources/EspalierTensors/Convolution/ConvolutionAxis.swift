/// A convolution along one direction of its images: output i reads, for tap t of the kernel, the pixel
/// i · stride + t · dilation − padding, which is 0 outside the image.
public struct ConvolutionAxis: Sendable, Hashable {
  /// Pixels of the image.
  public let image: Int
  /// Taps of the kernel.
  public let kernel: Int
  /// Pixels from one output to the next.
  public let stride: Int
  /// Zeros on each side of the image.
  public let padding: Int
  /// Pixels from one tap to the next.
  public let dilation: Int
  /// Outputs.
  public let output: Int
  /// Taps so many apart read the same remainder by the stride.
  private let period: Int

  /// A direction; traps unless the kernel fits the padded image and all lengths are positive.
  public init(image: Int, kernel: Int, stride: Int, padding: Int, dilation: Int) {
    precondition(
      image > 0 && kernel > 0 && stride > 0 && padding >= 0 && dilation > 0
        && image + 2 * padding > dilation * (kernel - 1),
      "a kernel of \(kernel), stride \(stride), padding \(padding), dilation \(dilation) on \(image) pixels")
    self.image = image
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    output = (image + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1
    period = stride / Self.greatestCommonDivisor(stride, dilation)
  }

  // A tap reads every `stride`th pixel. Sorted by their remainder, these are contiguous: a *phase* holds the pixels of one
  // remainder, and each tap reads one phase, shifted.

  /// How many phases the taps read.
  var phases: Int { min(kernel, period) }

  /// The phase a tap reads.
  func phase(ofTap tap: Int) -> Int { tap % period }

  /// Where in its phase a tap reads for output 0.
  func shift(ofTap tap: Int) -> Int { tap * dilation / stride }

  /// The pixel at position 0 of a phase; negative in the padding.
  func firstPixel(ofPhase phase: Int) -> Int { phase * dilation % stride - padding }

  /// The positions of a phase that `outputs` neighbouring outputs read.
  func positions(for outputs: Int) -> Int { outputs + (kernel - 1) * dilation / stride }

  /// Whether the outputs read no other pixels than those of the image, one after another.
  var isPlain: Bool { stride == 1 && padding == 0 }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
