/// What the lines and areas of a figure are, in rows above it.
struct Legend {
  /// One sample with its name.
  struct Entry {
    let name: String
    /// Draws the sample between two places on a line.
    let draw: (inout Canvas, _ left: Double, _ right: Double, _ middle: Double) -> Void
  }

  private static let sampleWidth = 30.0
  private static let gap = 22.0

  /// Draws the rows from `top` on, and returns where they end.
  static func draw(_ entries: [Entry], on canvas: inout Canvas, top: Double, width: Double) -> Double {
    guard !entries.isEmpty else { return top }
    let left = FigureLayout.margin
    let right = width - FigureLayout.margin
    var (x, y) = (left, top)
    for entry in entries {
      let name = TextSize.shortened(entry.name, width: right - left - sampleWidth - 6)
      let needed = sampleWidth + 6 + TextSize.width(name)
      if x > left, x + needed > right { (x, y) = (left, y + FigureLayout.lineHeight) }
      entry.draw(&canvas, x, x + sampleWidth, y + 10)
      canvas.text(name, x: x + sampleWidth + 6, y: y + 14.5)
      x += needed + gap
    }
    return y + FigureLayout.lineHeight + 4
  }
}
