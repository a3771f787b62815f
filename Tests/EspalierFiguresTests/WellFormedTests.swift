import EspalierFigures
import EspalierTestSupport
import Testing

/// Everything is well-formed whatever it is given, and nothing in it reaches outside.
@Suite struct WellFormedTests {
  static let figures: [any Figure] = [
    LineFigure(
      title: hostileText, x: Axis(hostileText), y: Axis(hostileText),
      series: [
        .init(
          hostileText, points: [.init(0, 1, spread: 0.5), .init(.nan, 2), .init(3, .infinity), .init(4, 4)])
      ], references: [.init(hostileText, 2)]),
    LineFigure(title: "", x: Axis(""), y: Axis("")),
    BarFigure(
      title: hostileText, axis: Axis(hostileText, labels: .percent),
      bars: [.init(hostileText, .nan, label: hostileText), .init("b", -1), .init("c", .infinity)]),
    BarFigure(title: "empty", axis: Axis("x"), bars: []),
    HistogramFigure(
      title: hostileText, x: Axis(hostileText),
      series: [.init(hostileText, Histogram(range: -1...1, binCount: 3)), .init("b", filled)]),
    HistogramFigure(title: "empty", x: Axis(""), series: []),
    MaskPicture(title: hostileText, label: hostileText, columns: 2, counts: [0, 1, 2, 3]),
    MaskPicture(title: "empty", label: "", columns: 3, counts: []),
  ]

  private static var filled: Histogram {
    var histogram = Histogram(range: -1...1, binCount: 2)
    histogram.add([0.5, -0.5, 0.5])
    return histogram
  }

  @Test(arguments: figures.indices) func documents(index: Int) throws {
    let figure = Self.figures[index]
    let root = try MarkupElement.parse(figure.svg)
    #expect(root.name == "svg" && root.attributes["xmlns"] == "http://www.w3.org/2000/svg")
    #expect(root.children.first?.name == "title")
    #expect(root.children.first?.text == (figure.title == hostileText ? hostileTextRead : figure.title))
    #expect(root.all("style").count == 1 && root.all("script").isEmpty)
    #expect(root.number("width") > 0 && root.number("height") > 0)
    let svg = figure.svg.replacing("http://www.w3.org/2000/svg", with: "")
    #expect(!svg.contains("http") && !svg.contains("url(") && !svg.contains("@import"))
  }

  @Test(arguments: figures.indices) func numbersAreNumbers(index: Int) throws {
    let root = try MarkupElement.parse(Self.figures[index].svg)
    for element in root.descendants {
      for key in ["x", "y", "x1", "x2", "y1", "y2", "width", "height"] {
        guard let text = element.attributes[key] else { continue }
        let value = try #require(Double(text), "\(element.name) \(key) = \(text)")
        #expect(value.isFinite && value.magnitude < 100_000)
      }
      if let outline = element.attributes["d"] {
        #expect(!outline.contains("n") && !outline.contains("e"), "\(outline)")
      }
      for key in ["width", "height"] { #expect(!(element.number(key) < 0), "\(element.name)") }
    }
  }

  @Test func pages() throws {
    var page = HTMLPage(title: hostileText)
    page.heading(hostileText)
    page.heading("deep", level: 6)
    page.paragraph(hostileText)
    page.preformatted("a\n  \(hostileText)")
    page.table(header: [hostileText, "b"], rows: [["c", hostileText]], caption: hostileText)
    page.facts([(hostileText, hostileText)])
    page.figures(Self.figures, caption: hostileText)
    let root = try MarkupElement.parse(page.html)
    #expect(root.name == "html" && root.all("script").isEmpty)
    #expect(root.all("h1").map(\.text) == [hostileTextRead] && root.all("h6").map(\.text) == ["deep"])
    #expect(root.all("p").map(\.text) == [hostileTextRead])
    #expect(root.all("pre").map(\.text) == ["a\n  \(hostileTextRead)"])
    #expect(root.all("td").map(\.text) == ["c", hostileTextRead, hostileTextRead])
    #expect(root.all("figcaption").map(\.text) == [hostileTextRead])
    #expect(root.all("svg", class: "figure").count == Self.figures.count)
    #expect(root.all("style").count == 1, "figures on a page share its style sheet")
  }

  @Test func pagesReachNowhere() throws {
    var page = HTMLPage(title: "a", language: "de")
    page.figures(Self.figures)
    let root = try MarkupElement.parse(page.html)
    #expect(page.html.hasPrefix("<!DOCTYPE html>\n") && root.attributes["lang"] == "de")
    let policy = root.all("meta").first { $0.attributes["http-equiv"] == "Content-Security-Policy" }
    #expect(policy?.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'")
    let names = Set(root.descendants.map(\.name))
    #expect(names.isDisjoint(with: ["script", "link", "img", "image", "iframe", "object", "use", "a"]))
    let style = try #require(root.all("style").first?.text)
    #expect(
      style.contains("prefers-color-scheme:dark") && !style.contains("url(") && !style.contains("@import"))
    let attributes = root.descendants.flatMap(\.attributes.keys)
    #expect(!attributes.contains { $0.hasPrefix("on") || $0.hasSuffix("href") || $0 == "src" })
  }
}
