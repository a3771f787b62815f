/// A figure that can stand alone as an SVG file or inside of an `HTMLPage`.
public protocol Figure: Sendable {
  /// What the figure shows, in a few words.
  var title: String { get }

  /// The figure as one well-formed `svg` element.
  ///
  /// - Parameter standalone: whether it is a document of its own, with its style sheet; on a page it takes the page's.
  func svgElement(standalone: Bool) -> String
}

extension Figure {
  /// The figure as an SVG document, self-contained: no scripts, no fonts, no network; light or dark as its reader prefers.
  public var svg: String { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(svgElement(standalone: true))\n" }
}

/// The outer element of a figure of the given size around what `draw` draws below its title.
///
/// `draw` is given where it may begin, below the title, and returns the figure's height.
func figureElement(
  title: String, description: String, width: Double, standalone: Bool,
  draw: (inout Canvas, _ top: Double) -> Double
) -> String {
  var canvas = Canvas()
  var top = FigureLayout.margin
  for line in TextSize.lines(title, width: width - 2 * FigureLayout.margin, size: 1.2 * TextSize.title) {
    canvas.text(line, x: FigureLayout.margin, y: top + 14, class: "title")
    top += 22
  }
  let height = draw(&canvas, top)
  let box = "0 0 \(width.attributeText) \(height.attributeText)"
  var markup = Markup()
  let content: (inout Markup) -> Void = { markup in
    markup.element("title", text: title)
    markup.element("desc", text: description)
    // Raw: it has no markup in it, and on a page of HTML nothing would undo escapes.
    if standalone { markup.element("style") { $0.append(FigureStyle.sheet) } }
    markup.element("rect", ["class": "paper", "width": width, "height": height])
    markup.append(canvas.svg)
  }
  if standalone {
    markup.element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "class": "figure", "role": "img", "width": width,
        "height": height, "viewBox": box,
      ], content)
  } else {
    markup.element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "class": "figure", "role": "img", "viewBox": box,
        "style": "max-width:\(width.attributeText)px",
      ], content)
  }
  return markup.text
}

/// Distances that all figures share.
enum FigureLayout {
  static let margin = 16.0
  static let lineHeight = 20.0
}
