/// The picture of a figure in the making, in its own units from the top left corner.
struct Canvas {
  private var markup = Markup()

  /// A group of shapes.
  mutating func group(class name: String, _ content: (inout Canvas) -> Void) {
    var inner = Canvas()
    content(&inner)
    markup.element("g", ["class": name]) { $0.append(inner.svg) }
  }

  /// Shapes of which nothing outside of `frame` shows.
  mutating func clipped(to frame: Frame, _ content: (inout Canvas) -> Void) {
    var inner = Canvas()
    content(&inner)
    let box = [frame.left, frame.top, frame.width, frame.height].map(\.attributeText).joined(separator: " ")
    markup.element(
      "svg",
      [
        "x": frame.left, "y": frame.top, "width": frame.width, "height": frame.height, "viewBox": box,
        "overflow": "hidden",
      ]
    ) { $0.append(inner.svg) }
  }

  /// Where a text stands on its point.
  enum Anchor: String { case start, middle, end }

  /// A line of text on its baseline.
  mutating func text(_ text: String, x: Double, y: Double, _ anchor: Anchor = .start, class name: String = "")
  {
    switch (anchor, name) {
    case (.start, ""): markup.element("text", ["x": x, "y": y], text: text)
    case (_, ""): markup.element("text", ["x": x, "y": y, "text-anchor": anchor.rawValue], text: text)
    default:
      markup.element(
        "text", ["class": name, "x": x, "y": y, "text-anchor": anchor.rawValue], text: text)
    }
  }

  /// A straight line.
  mutating func line(class name: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
    markup.element("line", ["class": name, "x1": x1, "y1": y1, "x2": x2, "y2": y2])
  }

  /// A rectangle; `tip` shows where a pointer rests on it.
  mutating func rectangle(class name: String, _ frame: Frame, tip: String? = nil) {
    let attributes: Markup.Attributes = [
      "class": name, "x": frame.left, "y": frame.top, "width": frame.width, "height": frame.height,
    ]
    guard let tip else { return markup.element("rect", attributes) }
    markup.element("rect", attributes) { $0.element("title", text: tip) }
  }

  /// A path.
  mutating func path(class name: String, _ outline: String, dashes: String = "", tip: String? = nil) {
    let attributes: Markup.Attributes =
      dashes.isEmpty
      ? ["class": name, "d": outline] : ["class": name, "stroke-dasharray": dashes, "d": outline]
    guard let tip else { return markup.element("path", attributes) }
    markup.element("path", attributes) { $0.element("title", text: tip) }
  }

  /// A path filled with part of the colour around it.
  mutating func cells(_ outline: String, opacity: Double) {
    markup.element("path", ["class": "cell", "fill-opacity": opacity, "d": outline])
  }

  /// What has been drawn.
  var svg: String { markup.text }
}

/// A rectangle on a canvas.
struct Frame {
  var left: Double
  var top: Double
  var width: Double
  var height: Double

  var right: Double { left + width }
  var bottom: Double { top + height }
}

/// The path along points, `M x y L x y …`.
func polyline(_ points: [(x: Double, y: Double)]) -> String {
  points.enumerated().map { index, point in
    "\(index == 0 ? "M" : "L")\(point.x.attributeText) \(point.y.attributeText)"
  }.joined()
}
