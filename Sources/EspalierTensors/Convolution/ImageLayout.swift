internal import CEspalierKernels

/// Where the taps of a convolution read the pixels of some lines of outputs.
///
/// Read in place where the taps' pixels are neighbours in the image itself: no stride along the lines and no padding.
/// Otherwise in a copy that makes them neighbours: for each channel one image for each pair of phases, with its zeros.
/// Either way a tap reads the pixels of a whole line of outputs as one run of `ConvolutionShape.lineLength` floats.
struct ImageLayout {
  let shape: ConvolutionShape
  /// The lines of outputs it serves; all of them in place.
  let lines: Int

  /// Whether the image is read where it is.
  let isInPlace: Bool
  /// Floats from one line of outputs to the next.
  let lineStep: Int
  /// Floats from one channel to the next.
  let channelLength: Int
  private let rowLength: Int
  private let phaseRows: Int

  private var phaseLength: Int { phaseRows * rowLength }

  /// The layout for up to `lines` lines.
  init(_ shape: ConvolutionShape, lines: Int) {
    let (rows, columns) = (shape.rows, shape.columns)
    self.shape = shape
    self.lines = lines
    isInPlace = columns.isPlain && rows.padding == 0
    rowLength = (isInPlace ? columns.image : columns.positions(for: columns.output)) * shape.batch
    phaseRows = rows.positions(for: lines)
    lineStep = isInPlace ? rows.stride * rowLength : rowLength
    let length = rows.phases * columns.phases * phaseRows * rowLength
    // Channels a multiple of a page apart fall into the same few lines of the caches.
    let spread = (length + 15) / 16 * 16 + (length % 1024 == 0 ? 16 : 0)
    channelLength = isInPlace ? shape.inputLength : spread
  }

  /// Where a tap of the first channel reads for the first output of the first line.
  private func offset(row: Int, column: Int) -> Int {
    let (rows, columns) = (shape.rows, shape.columns)
    if isInPlace { return row * rows.dilation * rowLength + column * columns.dilation * shape.batch }
    let phase = rows.phase(ofTap: row) * columns.phases + columns.phase(ofTap: column)
    return phase * phaseLength + rows.shift(ofTap: row) * rowLength
      + columns.shift(ofTap: column) * shape.batch
  }

  /// Writes where the taps of `channels` channels read for the first output of the first line, in the order of the weights.
  func writeOffsets(channels: Int, into offsets: UnsafeMutablePointer<Int>) {
    let taps = shape.taps
    for row in 0..<shape.rows.kernel {
      for column in 0..<shape.columns.kernel {
        offsets[row * shape.columns.kernel + column] = offset(row: row, column: column)
      }
    }
    for channel in 1..<max(channels, 1) {
      for tap in 0..<taps { offsets[channel * taps + tap] = offsets[tap] + channel * channelLength }
    }
  }

  /// Copies what the lines from `firstLine` on read of consecutive channels.
  func copy(
    _ channels: Int, of image: UnsafePointer<Float>, firstLine: Int, into copy: UnsafeMutablePointer<Float>,
    kernels: EspalierKernels
  ) {
    forEachPart(of: channels, firstLine: firstLine) { channel, offset, part in
      kernels.image_part(copy + offset, image + channel * shape.inputLength, &part)
    }
  }

  /// Copies back what `copy` wrote, from all lines: pixels that no tap reads become 0.
  func copyBack(
    _ channels: Int, from copy: UnsafePointer<Float>, into image: UnsafeMutablePointer<Float>,
    kernels: EspalierKernels
  ) {
    image.update(repeating: 0, count: channels * shape.inputLength)
    forEachPart(of: channels, firstLine: 0) { channel, offset, part in
      kernels.image_from_part(image + channel * shape.inputLength, copy + offset, &part)
    }
  }

  private func forEachPart(
    of channels: Int, firstLine: Int, _ body: (_ channel: Int, _ offset: Int, inout EspalierImagePart) -> Void
  ) {
    let (rows, columns) = (shape.rows, shape.columns)
    for rowPhase in 0..<rows.phases {
      for columnPhase in 0..<columns.phases {
        var part = EspalierImagePart(
          image_rows: rows.image, image_columns: columns.image, batch: shape.batch, rows: phaseRows,
          columns: columns.positions(for: columns.output),
          first_row: rows.firstPixel(ofPhase: rowPhase) + firstLine * rows.stride,
          first_column: columns.firstPixel(ofPhase: columnPhase), row_step: rows.stride,
          column_step: columns.stride)
        let offset = (rowPhase * columns.phases + columnPhase) * phaseLength
        for channel in 0..<channels { body(channel, channel * channelLength + offset, &part) }
      }
    }
  }
}
