/// The rectangle between two axes.
struct Plot {
  let x: FittedAxis
  let y: FittedAxis
  let frame: Frame

  /// What stands below the rectangle: tick labels and the title of the axis.
  static let footHeight = 50.0

  /// The rectangle that is left of a figure, with room for the labels of its ticks around it.
  init(x: FittedAxis, y: FittedAxis, top: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    let head = y.axis.title.isEmpty ? 8 : FigureLayout.lineHeight + 10
    let labels = y.ticks.map { TextSize.width($0.label) }.max() ?? 0
    let left = FigureLayout.margin + labels + 10
    // The last label of the horizontal axis reaches beyond its end.
    let overhang = x.ticks.filter { $0.fraction > 0.95 }.map { TextSize.width($0.label) / 2 }.max() ?? 0
    let right = width - max(FigureLayout.margin, overhang + 6)
    frame = Frame(
      left: left, top: top + head, width: max(right - left, 40),
      height: max(height - top - head - Self.footHeight, 40))
  }

  /// Where a value lies horizontally; nil if it has no place.
  func left(of value: Double) -> Double? {
    x.fraction(of: value).map { frame.left + Self.limited($0) * frame.width }
  }

  /// Where a value lies vertically; nil if it has no place.
  func top(of value: Double) -> Double? {
    y.fraction(of: value).map { frame.bottom - Self.limited($0) * frame.height }
  }

  /// Far outside is far enough: numbers beyond all measure upset what draws them.
  private static func limited(_ fraction: Double) -> Double { min(max(fraction, -20), 20) }

  /// Whether a point lies inside, edges included.
  func contains(_ point: (x: Double, y: Double)) -> Bool {
    (frame.left - 0.5...frame.right + 0.5).contains(point.x)
      && (frame.top - 0.5...frame.bottom + 0.5).contains(point.y)
  }

  /// Draws grid, ticks, labels and titles.
  func drawAxes(on canvas: inout Canvas) {
    drawHorizontalAxis(on: &canvas)
    drawVerticalAxis(on: &canvas)
  }

  private func drawHorizontalAxis(on canvas: inout Canvas) {
    for tick in x.ticks(along: frame.width, margin: 14, size: { TextSize.width($0) }) {
      let place = frame.left + tick.fraction * frame.width
      canvas.line(class: "grid", place, frame.top, place, frame.bottom)
      canvas.line(class: "axis", place, frame.bottom, place, frame.bottom + 5)
      canvas.text(tick.label, x: place, y: frame.bottom + 19, .middle, class: "quiet")
    }
    canvas.line(class: "axis", frame.left, frame.bottom, frame.right, frame.bottom)
    let title = TextSize.shortened(x.axis.title, width: frame.width)
    canvas.text(title, x: frame.left + frame.width / 2, y: frame.bottom + 39, .middle)
  }

  private func drawVerticalAxis(on canvas: inout Canvas) {
    for tick in y.ticks(along: frame.height, margin: 6, size: { _ in TextSize.standard }) {
      let place = frame.bottom - tick.fraction * frame.height
      canvas.line(class: "grid", frame.left, place, frame.right, place)
      canvas.text(tick.label, x: frame.left - 8, y: place + 4.5, .end, class: "quiet")
    }
    let title = TextSize.shortened(y.axis.title, width: frame.right - FigureLayout.margin)
    canvas.text(title, x: FigureLayout.margin, y: frame.top - 14)
  }
}
