internal import EspalierNetworks
internal import EspalierTensors

/// The inputs of a convolution as those of a fully connected layer: for every pixel of the output and every sample one column,
/// with a row for each weight of an output channel (im2col).
struct ConvolutionColumns {
  private let layer: Conv2d
  private let image: Extent
  private let output: Extent

  /// For images [channels, height, width] that the layer takes.
  init(_ layer: Conv2d, shape: [Int]) {
    self.layer = layer
    image = Extent(height: shape[1], width: shape[2])
    output = layer.geometry.output(of: image)!
  }

  /// Lines of outputs.
  var lines: Int { output.height }
  /// Outputs of a line.
  var lineWidth: Int { output.width }

  /// Writes the columns of one line of outputs: a row for each weight, lineWidth · samples columns.
  func write(line: Int, of input: MatrixView, into columns: MatrixView) {
    for row in 0..<columns.rows {
      fill(columns.base + row * columns.columns, row: row, line: line, from: input, input.columns)
    }
  }

  /// What one weight reads for a line of outputs, zeros outside the image.
  private func fill(
    _ target: UnsafeMutablePointer<Float>, row: Int, line: Int, from input: MatrixView, _ batch: Int
  ) {
    let geometry = layer.geometry
    let (channel, tap) = (row / geometry.kernel.count, row % geometry.kernel.count)
    let i =
      line * geometry.stride.height + tap / geometry.kernel.width * geometry.dilation.height
      - geometry.padding.height
    for pixel in 0..<output.width {
      let j =
        pixel * geometry.stride.width + tap % geometry.kernel.width * geometry.dilation.width
        - geometry.padding.width
      let place = target + pixel * batch
      if (0..<image.height).contains(i), (0..<image.width).contains(j) {
        place.update(
          from: input.base + ((channel * image.height + i) * image.width + j) * batch, count: batch)
      } else {
        place.update(repeating: 0, count: batch)
      }
    }
  }
}
