/// Horizontal bars with a name each, such as the survivors of each layer.
public struct BarFigure: Figure {
  /// One bar.
  public struct Bar: Sendable {
    /// What stands before it.
    public var name: String
    /// How long it is; what is not a number or below 0 counts as 0.
    public var value: Double
    /// What stands after it; nil for its value.
    public var label: String?

    /// A bar.
    public init(_ name: String, _ value: Double, label: String? = nil) {
      self.name = name
      self.value = value
      self.label = label
    }
  }

  /// What the figure shows.
  public var title: String
  /// What the bars measure. On a linear scale without a range they begin at 0.
  public var axis: Axis
  /// The bars, from top to bottom.
  public var bars: [Bar]
  /// The figure's width; its height follows from the number of bars.
  public var width: Double

  /// A figure, by default 760 wide.
  public init(title: String, axis: Axis, bars: [Bar], width: Double = 760) {
    self.title = title
    self.axis = axis
    self.bars = bars
    self.width = width
  }

  private static let rowHeight = 26.0

  /// Names, bars on a track of the whole length, labels, and the axis below.
  public func svgElement(standalone: Bool) -> String {
    figureElement(title: title, description: "\(axis.title) of each", width: width, standalone: standalone) {
      canvas, top in
      let names = bars.map { TextSize.shortened($0.name, width: 0.3 * width) }
      let labels = bars.map {
        TextSize.shortened($0.label ?? axis.labels.text(of: $0.value), width: 0.35 * width)
      }
      let left = FigureLayout.margin + (names.map { TextSize.width($0) }.max() ?? 0) + 10
      let right = width - FigureLayout.margin - (labels.map { TextSize.width($0) }.max() ?? 0) - 10
      let frame = Frame(
        left: left, top: top + 6, width: max(right - left, 40),
        height: Self.rowHeight * Double(bars.count) + 4)
      let fitted = FittedAxis(axis, values: [0] + bars.map(\.value), isRounded: true, tickCount: 6)
      drawAxis(fitted, frame, on: &canvas)
      for index in bars.indices {
        drawBar(bars[index], names[index], labels[index], row: index, fitted, frame, on: &canvas)
      }
      return frame.bottom + Plot.footHeight
    }
  }

  private func drawAxis(_ fitted: FittedAxis, _ frame: Frame, on canvas: inout Canvas) {
    for tick in fitted.ticks(along: frame.width, margin: 14, size: { TextSize.width($0) }) {
      let place = frame.left + tick.fraction * frame.width
      canvas.line(class: "axis", place, frame.bottom, place, frame.bottom + 5)
      canvas.text(tick.label, x: place, y: frame.bottom + 19, .middle, class: "quiet")
    }
    canvas.line(class: "axis", frame.left, frame.bottom, frame.right, frame.bottom)
    let title = TextSize.shortened(axis.title, width: width - 2 * FigureLayout.margin)
    canvas.text(title, x: frame.left + frame.width / 2, y: frame.bottom + 39, .middle)
  }

  private func drawBar(
    _ bar: Bar, _ name: String, _ label: String, row: Int, _ fitted: FittedAxis, _ frame: Frame,
    on canvas: inout Canvas
  ) {
    let top = frame.top + Self.rowHeight * Double(row) + 4
    let fraction = min(max(fitted.fraction(of: bar.value) ?? 0, 0), 1)
    var box = Frame(left: frame.left, top: top, width: frame.width, height: Self.rowHeight - 8)
    canvas.text(name, x: frame.left - 8, y: top + 13.5, .end)
    canvas.text(label, x: frame.right + 8, y: top + 13.5, class: "quiet")
    canvas.rectangle(class: "track", box)
    box.width *= fraction
    canvas.rectangle(class: "bar color0", box, tip: "\(bar.name): \(label)")
  }
}
