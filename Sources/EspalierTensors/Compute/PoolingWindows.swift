internal import CEspalierKernels

/// Where windows lie on images: what `Compute`'s pooling is given besides the memory.
public struct PoolingWindows: Sendable, Hashable {
  /// A height and a width.
  public typealias Lengths = (height: Int, width: Int)

  /// Values of an image's channel.
  let pixels: Int
  /// Windows on a channel.
  let outputs: Int
  private let height, width, outputHeight, outputWidth, rows, columns: Int
  private let rowStride, columnStride, rowPadding, columnPadding: Int
  private let countsPadding: Bool

  /// Windows of `window` at distances of `stride`, the first beginning `padding` before the image, `output` of them.
  /// `countsPadding` says whether a mean divides by all taps of a window or by those inside the image.
  ///
  /// Traps unless all lengths are at least 1, each window holds a pixel of the image and ends within the padded image.
  public init(
    image: Lengths, output: Lengths, window: Lengths, stride: Lengths, padding: Lengths,
    countsPadding: Bool = true
  ) {
    for (image, output, window, stride, padding) in [
      (image.height, output.height, window.height, stride.height, padding.height),
      (image.width, output.width, window.width, stride.width, padding.width),
    ] {
      precondition(
        min(image, output, window, stride) >= 1 && padding >= 0 && padding < window
          && (output - 1) * stride + window <= image + 2 * padding,
        "\(output) windows of \(window) at distances of \(stride) on \(image) pixels padded by \(padding)")
    }
    (height, width, outputHeight, outputWidth) = (image.height, image.width, output.height, output.width)
    (rows, columns, rowStride, columnStride) = (window.height, window.width, stride.height, stride.width)
    (rowPadding, columnPadding, self.countsPadding) = (padding.height, padding.width, countsPadding)
    pixels = image.height * image.width
    outputs = output.height * output.width
  }

  /// As the kernels take it.
  func kernelWindows(batch: Int) -> EspalierWindows {
    EspalierWindows(
      batch: batch, height: height, width: width, output_height: outputHeight, output_width: outputWidth,
      rows: rows, columns: columns, row_stride: rowStride, column_stride: columnStride,
      row_padding: rowPadding, column_padding: columnPadding, counts_padding: countsPadding)
  }
}
