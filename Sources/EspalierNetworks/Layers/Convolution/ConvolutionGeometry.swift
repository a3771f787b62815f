/// Where a kernel meets an image: its size, step, distance of taps, and the border of zeros around the image.
public struct ConvolutionGeometry: Sendable, Hashable, Codable {
  /// Taps of the kernel.
  public let kernel: Extent
  /// How far the kernel moves from one output to the next.
  public let stride: Extent
  /// Zeros around the image, on each side.
  public let padding: Extent
  /// The distance between neighbouring taps.
  public let dilation: Extent

  /// A geometry; traps unless kernel, stride and dilation are at least 1 and the padding at least 0.
  public init(kernel: Extent, stride: Extent = 1, padding: Extent = 0, dilation: Extent = 1) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    precondition(isValid, "a kernel of \(kernel), stride \(stride), padding \(padding), dilation \(dilation)")
  }

  /// Whether all lengths are ones that a convolution can have; what files hold is checked by this. Lengths end at 2¹⁵, so
  /// that no product of them leaves an `Int`.
  var isValid: Bool {
    let lengths = [kernel, stride, dilation].flatMap { [$0.height, $0.width] }
    let paddings = [padding.height, padding.width]
    return lengths.allSatisfy(Self.lengths.contains)
      && paddings.allSatisfy { (0...Self.lengths.upperBound).contains($0) }
  }

  /// What a kernel, a stride and a dilation can be.
  static let lengths = 1...1 << 15

  /// ⌊(length + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1 in both directions; nil where the kernel is
  /// larger than the padded image.
  public func output(of image: Extent) -> Extent? {
    guard
      let height = Self.length(
        image.height, kernel.height, stride.height, padding.height, dilation.height),
      let width = Self.length(image.width, kernel.width, stride.width, padding.width, dilation.width)
    else { return nil }
    return Extent(height: height, width: width)
  }

  private static func length(_ image: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int)
    -> Int?
  {
    let room = image + 2 * padding - dilation * (kernel - 1) - 1
    return room < 0 ? nil : room / stride + 1
  }
}
