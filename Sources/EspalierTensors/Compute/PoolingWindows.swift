internal import CEspalierKernels

/// Where windows lie on images: what `Compute`'s pooling is given besides the memory.
public struct PoolingWindows: Sendable, Hashable {
  /// By what the sum of a window is divided.
  public enum Divisor: Sendable, Hashable {
    /// All taps: pixels outside the image are zeros that count.
    case taps
    /// The taps inside the image.
    case pixels
    /// Nothing.
    case one
  }

  /// A height and a width.
  public typealias Lengths = (height: Int, width: Int)

  /// Values of an image's channel.
  let pixels: Int
  /// Windows on a channel.
  let outputs: Int
  private let height, width, outputHeight, outputWidth, rows, columns: Int
  private let rowStride, columnStride, rowPadding, columnPadding: Int
  private let divisor: Divisor

  /// Windows of `window` at distances of `stride`, the first beginning `padding` before the image, `output` of them.
  ///
  /// Traps unless all lengths are at least 1, each window holds a pixel of the image and ends within the padded image.
  public init(
    image: Lengths, output: Lengths, window: Lengths, stride: Lengths, padding: Lengths,
    divisor: Divisor = .taps
  ) {
    Self.require(image.height, output.height, window.height, stride.height, padding.height)
    Self.require(image.width, output.width, window.width, stride.width, padding.width)
    (height, width, outputHeight, outputWidth) = (image.height, image.width, output.height, output.width)
    (rows, columns, rowStride, columnStride) = (window.height, window.width, stride.height, stride.width)
    (rowPadding, columnPadding, self.divisor) = (padding.height, padding.width, divisor)
    pixels = image.height * image.width
    outputs = output.height * output.width
  }

  private static func require(_ image: Int, _ output: Int, _ window: Int, _ stride: Int, _ padding: Int) {
    precondition(
      image >= 1 && output >= 1 && stride >= 1 && padding >= 0 && padding < window
        && (output - 1) * stride + window <= image + 2 * padding,
      "\(output) windows of \(window) at distances of \(stride) on \(image) pixels padded by \(padding)")
  }

  private var kernelDivisor: EspalierDivisor {
    switch divisor {
    case .taps: ESPALIER_BY_TAPS
    case .pixels: ESPALIER_BY_PIXELS
    case .one: ESPALIER_BY_ONE
    }
  }

  /// As the kernels take it.
  func kernelWindows(batch: Int) -> EspalierWindows {
    EspalierWindows(
      batch: batch, height: height, width: width, output_height: outputHeight, output_width: outputWidth,
      rows: rows, columns: columns, row_stride: rowStride, column_stride: columnStride,
      row_padding: rowPadding, column_padding: columnPadding, divisor: kernelDivisor)
  }
}
