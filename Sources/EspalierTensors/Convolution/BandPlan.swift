/// How the lines of a convolution's outputs are cut into bands, and how the lines of a band become vectors.
struct BandPlan {
  let shape: ConvolutionShape
  /// The pixels of a band.
  let layout: ImageLayout
  /// How many bands there are.
  let bands: Int
  /// Whether the lines of a band are computed as one run, with what lies between them, and taken apart afterwards.
  let joinsLines: Bool

  /// What the products take at once.
  enum Unit {
    /// Registers of so many floats, which two lines may share.
    case registers(lanes: Int)
    /// Tiles of up to so many floats of one line.
    case tiles(Int)
  }

  /// A plan for `threads` threads and products of units.
  init(_ shape: ConvolutionShape, threads: Int, unit: Unit) {
    self.shape = shape
    let longest = Self.longestBand(shape)
    let wanted = (threads + shape.groups - 1) / shape.groups
    bands = min(max((shape.rows.output + longest - 1) / longest, wanted), shape.rows.output)
    layout = ImageLayout(shape, lines: (shape.rows.output + bands - 1) / bands)
    joinsLines = Self.joinsLines(shape, layout, unit)
  }

  /// Floats of pixels that fit the second cache beside weights and outputs.
  static let cachedFloats = 160 << 10

  /// The most lines whose pixels fit the cache, but so many that no pixel is copied three times.
  private static func longestBand(_ shape: ConvolutionShape) -> Int {
    let least = max(1, shape.rows.positions(for: 1) - 1)
    let all = shape.rows.output
    let one = ImageLayout(shape, lines: 1)
    guard !one.isInPlace else { return all }
    let more = ImageLayout(shape, lines: 2).channelLength - one.channelLength
    let room = cachedFloats / shape.groupInputs - one.channelLength
    return min(all, max(least, room / max(more, 1) + 1))
  }

  /// Short lines leave lanes idle; a run over several of them wastes what lies between them instead.
  private static func joinsLines(_ shape: ConvolutionShape, _ layout: ImageLayout, _ unit: Unit) -> Bool {
    let length = shape.lineLength
    guard layout.lines > 1, length != layout.lineStep else { return false }
    let lanes: Int
    switch unit {
    case .tiles(let floats): lanes = floats
    case .registers(let floats):
      // Lines of a vector or half of one fill their vectors as they are.
      guard length != floats, 2 * length != floats else { return false }
      lanes = floats
    }
    let apart = layout.lines * ((length + lanes - 1) / lanes)
    let joined = ((layout.lines - 1) * layout.lineStep + length + lanes - 1) / lanes
    return Double(joined) * 1.1 < Double(apart)
  }

  /// The lines of a band.
  func lines(ofBand band: Int) -> Range<Int> {
    let first = min(band * layout.lines, shape.rows.output)
    return first..<min(first + layout.lines, shape.rows.output)
  }

  /// Floats of the copy of a band's pixels.
  var imageCount: Int { layout.isInPlace ? 0 : shape.groupInputs * layout.channelLength }

  /// Floats of the lines of a band that are computed as one run.
  var lineBufferCount: Int { joinsLines ? shape.groupOutputs * outputStep : 0 }

  /// Floats from one output channel to the next, where the products write them.
  var outputStep: Int {
    joinsLines ? ((layout.lines - 1) * layout.lineStep + shape.lineLength + 15) / 16 * 16 : shape.outputLength
  }

  /// What a product runs over for `lines` lines.
  func run(lines: Int) -> (lines: Int, columns: Int) {
    if joinsLines { return (1, (lines - 1) * layout.lineStep + shape.lineLength) }
    return shape.lineLength == layout.lineStep ? (1, lines * shape.lineLength) : (lines, shape.lineLength)
  }
}
