import EspalierFigures
import EspalierTestSupport
import Testing

@Suite struct LineFigureTests {
  private func figure(_ series: [LineFigure.Series], x: Axis = Axis("x"), y: Axis = Axis("y")) -> LineFigure {
    LineFigure(title: "figure", x: x, y: y, series: series)
  }

  /// The middle of a marker: that of the box around its outline's corners.
  private func places(of markers: [MarkupElement]) -> [(x: Double, y: Double)] {
    markers.map { marker in
      let values = numbers(marker.attributes["d"]!.split(separator: "a")[0].description)
      guard values.count > 2 else { return (values[0] + 3.6, values[1]) }
      let (xs, ys) = (
        stride(from: 0, to: values.count, by: 2).map { values[$0] },
        stride(from: 1, to: values.count, by: 2).map { values[$0] }
      )
      return ((xs.min()! + xs.max()!) / 2, (ys.min()! + ys.max()!) / 2)
    }
  }

  /// The markers of points, which unlike those of the legend say their numbers.
  private func markers(_ root: MarkupElement) -> [MarkupElement] {
    root.all("path", class: "marker").filter { !$0.all("title").isEmpty }
  }

  @Test func meansAndSpreads() {
    let point = LineFigure.Point(0.5, samples: [1, 2, 6])
    #expect(point.y == 3 && abs(point.spread! - 7.0.squareRoot()) < 1e-15)
    #expect(LineFigure.Point(0, samples: [4]).spread == nil && LineFigure.Point(0, samples: []).y.isNaN)
  }

  @Test func pointsStandAtTheirTicks() throws {
    let points = [0, 0.5, 0.9, 0.99].map { LineFigure.Point($0, 1 - $0) }
    let root = try MarkupElement.parse(
      figure(
        [.init("a", points: points)], x: Axis("x", scale: .sharePruned, labels: .percent),
        y: Axis("y", range: 0...1)
      ).svg)
    let places = places(of: markers(root))
    let labels = root.all("text", class: "quiet")
    for (label, place) in [("0 %", 0), ("50 %", 1), ("90 %", 2), ("99 %", 3)] {
      let text = try #require(labels.first { $0.text == label && $0.attributes["text-anchor"] == "middle" })
      #expect((text.number("x") - places[place].x).magnitude < 0.02, "\(label)")
    }
    let grid = root.all("line", class: "grid").filter { $0.number("y1") == $0.number("y2") }.map {
      $0.number("y1")
    }
    let (top, bottom) = (grid.min()!, grid.max()!)
    for (point, place) in zip(points, places) {
      #expect((place.y - (bottom - point.y * (bottom - top))).magnitude < 0.02, "\(point)")
    }
  }

  @Test func whatHasNoPlaceBreaksTheLine() throws {
    let values: [Double] = [1, 2, .nan, 4, 5, .infinity, 7]
    let points = values.enumerated().map { LineFigure.Point(Double($0), $1) }
    let root = try MarkupElement.parse(figure([.init("a", points: points)]).svg)
    #expect(root.all("path", class: "line").map { numbers($0.attributes["d"]).count / 2 } == [2, 2, 1])
    #expect(markers(root).count == 5)
  }

  @Test func bandsGoAroundTheLine() throws {
    let points = [
      LineFigure.Point(0, 1, spread: 0.5), .init(1, 2, spread: 1), .init(2, 3), .init(3, 1, spread: 1),
      .init(4, 1, spread: 0),
    ]
    let root = try MarkupElement.parse(figure([.init("a", points: points)]).svg)
    let bands = root.all("path", class: "band").map { numbers($0.attributes["d"]) }
    #expect(
      bands.map(\.count) == [8, 8], "two points each, there and back; the one without a spread parts them")
    let line = places(of: markers(root))
    #expect(bands[0][1] < line[0].y && bands[0][7] > line[0].y)
    #expect(((bands[0][1] + bands[0][7]) / 2 - line[0].y).magnitude < 0.02)
    #expect(bands[1][3] == bands[1][5], "a spread of 0 has no height")
  }

  @Test func whatIsOutsideHasNoMarker() throws {
    let points = (0...10).map { LineFigure.Point(Double($0), Double($0)) }
    let root = try MarkupElement.parse(
      figure([.init("a", points: points)], x: Axis("x", range: 2...8), y: Axis("y", range: 0...5)).svg)
    #expect(markers(root).count == 4)
    let frame = try #require(root.all("svg").first)
    #expect(frame.attributes["overflow"] == "hidden" && frame.all("path", class: "line").count == 1)
  }

  @Test func sharesStayBelowOne() throws {
    let points = [LineFigure.Point(0, 0.99, spread: 0.2), .init(1, 0.3, spread: 0.5)]
    let root = try MarkupElement.parse(
      figure([.init("a", points: points)], y: Axis("y", labels: .percent)).svg)
    let labels = root.all("text", class: "quiet").map(\.text)
    #expect(labels.contains("100 %") && labels.contains("0 %") && !labels.contains("120 %"))
  }

  @Test func fourteenLinesAreToldApart() throws {
    let series = (0..<14).map {
      LineFigure.Series("line \($0)", points: [.init(0, Double($0)), .init(1, 1)])
    }
    let root = try MarkupElement.parse(figure(series).svg)
    let lines = root.all("svg").flatMap { $0.all("path", class: "line") }
    let styles = lines.map { "\($0.classes) \($0.attributes["stroke-dasharray"] ?? "")" }
    #expect(Set(styles).count == 14, "\(styles)")
    let names = root.all("text").map(\.text)
    for line in series { #expect(names.contains(line.name)) }
  }

  @Test func aGivenStyleStaysWithItsLine() throws {
    let points = [LineFigure.Point(0, 0), .init(1, 1)]
    func line(_ series: [LineFigure.Series]) throws -> [String] {
      try MarkupElement.parse(figure(series).svg).all("svg").flatMap { $0.all("path", class: "line") }.map {
        "\($0.classes)"
      }
    }
    let both = try line([.init("a", points: points), .init("b", points: points)])
    let one = try line([.init("b", points: points, style: 1)])
    #expect(one == [both[1]] && both[0] != both[1])
  }

  @Test func legendsAreForSeveral() throws {
    let points = [LineFigure.Point(0, 0), .init(1, 1)]
    let alone = try MarkupElement.parse(figure([.init("alone", points: points)]).svg)
    #expect(!alone.all("text").map(\.text).contains("alone"))
    var compared = figure([.init("line", points: points)])
    compared.references = [.init("dense", 0.5)]
    let root = try MarkupElement.parse(compared.svg)
    #expect(root.all("text").map(\.text).contains("dense") && root.all("line", class: "reference").count == 2)
  }

  @Test func manyPointsHaveNoMarkersUnlessAskedFor() throws {
    let points = (0..<41).map { LineFigure.Point(Double($0), 1) }
    var many = figure([.init("a", points: points)])
    #expect(try markers(MarkupElement.parse(many.svg)).isEmpty)
    many.hasMarkers = true
    #expect(try markers(MarkupElement.parse(many.svg)).count == 41)
    many.hasMarkers = false
    many.series[0].points = [.init(0, 1)]
    #expect(try markers(MarkupElement.parse(many.svg)).count == 1, "a line of one point would be nothing")
  }

  @Test func divisionsStandBetween() throws {
    var figure = figure([.init("a", points: [.init(1, 0), .init(2, 0.5), .init(3, 1)])])
    figure.divisions = [2.5]
    let root = try MarkupElement.parse(figure.svg)
    let places = places(of: markers(root))
    let lines = root.all("svg").flatMap { $0.all("line", class: "axis") }
    #expect(lines.count == 1 && (lines[0].number("x1") - (places[1].x + places[2].x) / 2).magnitude < 0.02)
  }

  @Test func longTextsStayInside() throws {
    let long = (0..<40).map { "word\($0)" }.joined(separator: " ")
    var figure = figure([.init(long, points: [.init(0, 0), .init(1, 1)]), .init("b", points: [])])
    figure.title = long
    figure.x.title = long
    figure.y.title = long
    let root = try MarkupElement.parse(figure.svg)
    for text in root.all("text") {
      // Half an em a character is what narrow fonts take at least.
      let length = 0.5 * (text.classes.contains("title") ? 16 : 13) * Double(text.text.count)
      let start = text.number("x") - (text.attributes["text-anchor"] == "middle" ? length / 2 : 0)
      guard text.attributes["text-anchor"] != "end" else { continue }
      #expect(start >= 0 && start + length <= 760, "\(text.text)")
    }
    #expect(root.all("text", class: "title").count > 2)
  }
}
