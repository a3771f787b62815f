import EspalierFigures
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct OtherFigureTests {
  @Test func barsAreAsLongAsTheirValues() throws {
    let values = [0.5, 1, 0.0634, 0, 2, -1]
    let bars = values.enumerated().map { BarFigure.Bar("layer \($0)", $1) }
    let figure = BarFigure(title: "t", axis: Axis("share", labels: .percent, range: 0...1), bars: bars)
    let root = try MarkupElement.parse(figure.svg)
    let drawn = root.all("rect", class: "bar").map { $0.number("width") }
    let tracks = root.all("rect", class: "track")
    #expect(drawn.count == 6 && tracks.count == 6)
    for (value, width) in zip(values, drawn) {
      #expect((width - min(max(value, 0), 1) * tracks[0].number("width")).magnitude < 0.01, "\(value)")
    }
    let texts = root.all("text").map(\.text)
    #expect(texts.contains("layer 3") && texts.contains("6.34 %"))
    let tops = tracks.map { $0.number("y") }
    #expect(tops == tops.sorted() && Set(tops).count == 6)
  }

  @Test func barsBeginAtZero() throws {
    let figure = BarFigure(title: "t", axis: Axis("x"), bars: [.init("a", 40), .init("b", 50)])
    let widths = try MarkupElement.parse(figure.svg).all("rect", class: "bar").map { $0.number("width") }
    #expect((widths[0] / widths[1] - 0.8).magnitude < 1e-3)
  }

  @Test func histogramsCountWhatALoopCounts() {
    var generator = Xoshiro256(seed: 5)
    let values =
      (0..<1000).map { _ in Float.random(in: -2...2, using: &generator) } + [-1, 1, 0, 0, .nan, .infinity]
    var histogram = Histogram(range: -1...1, binCount: 7)
    histogram.add(values)
    var counts = [Int](repeating: 0, count: 7)
    for value in values where value >= -1 && value <= 1 {
      let bin = (0..<7).last { Double(value) >= -1 + Double($0) * 2 / 7 } ?? 0
      counts[bin] += 1
    }
    #expect(histogram.counts == counts, "seed 5")
    var nonzero = Histogram(range: -1...1, binCount: 7)
    values.withUnsafeBufferPointer { nonzero.add($0, countsZeros: false) }
    counts[3] -= 2
    #expect(nonzero.counts == counts)
  }

  @Test func stepsAreAsHighAsTheirCounts() throws {
    var histogram = Histogram(range: 0...4, binCount: 4)
    histogram.add([0.5, 1.5, 1.5, 3.5, 3.5, 3.5, 3.5])
    let figure = HistogramFigure(
      title: "t", x: Axis("x"), y: Axis("n", range: 0...4), series: [.init("a", histogram)])
    let root = try MarkupElement.parse(figure.svg)
    let outline = numbers(root.all("path", class: "area")[0].attributes["d"])
    let heights = stride(from: 1, to: outline.count, by: 2).map { outline[1] - outline[$0] }
    let unit = heights.max()! / 4
    for (height, count) in zip(heights, [0, 1, 1, 2, 2, 0, 0, 4, 4, 0]) {
      #expect((height - Double(count) * unit).magnitude < 0.03)
    }
  }

  @Test func fewAreSeenBesideMany() throws {
    var (many, few) = (Histogram(range: 0...1, binCount: 1), Histogram(range: 0...1, binCount: 1))
    many.add([Float](repeating: 0.5, count: 100_000))
    few.add([Float](repeating: 0.5, count: 10))
    let figure = HistogramFigure(title: "t", x: Axis("x"), series: [.init("many", many), .init("few", few)])
    let heights = try MarkupElement.parse(figure.svg).all("path", class: "area").map { area in
      let outline = numbers(area.attributes["d"])
      return outline[1] - outline[3]
    }
    #expect(heights[1] > heights[0] / 6 && heights[1] < heights[0])
  }

  /// The shade in 0…1 of every cell, by the rectangles that cover it.
  private func shades(_ root: MarkupElement, rows: Int, columns: Int) throws -> [Double] {
    let group = try #require(root.all("g", class: "heat").first)
    let border = numbers(root.all("path", class: "axis").first?.attributes["d"])
    let cell = (border[2] - border[0]) / Double(columns)
    var shades = [Double](repeating: 0, count: rows * columns)
    for path in group.all("path", class: "cell") {
      for rectangle in path.attributes["d"]!.split(separator: "M") {
        let values = numbers(rectangle.description)
        let (row, column) = (
          ((values[1] - border[1]) / cell).rounded(), ((values[0] - border[0]) / cell).rounded()
        )
        for offset in 0..<Int((values[2] / cell).rounded()) {
          let index = Int(row) * columns + Int(column) + offset
          #expect(shades[index] == 0, "cell \(index) is covered twice")
          shades[index] = path.number("fill-opacity")
        }
      }
    }
    return shades
  }

  @Test func picturesShadeEveryCount() throws {
    var generator = Xoshiro256(seed: 6)
    let counts = (0..<28 * 20).map { _ in Int.random(in: 0...3, using: &generator) * 10 }
    let root = try MarkupElement.parse(
      MaskPicture(title: "t", label: "left", columns: 28, counts: counts).svg)
    let shades = try shades(root, rows: 20, columns: 28)
    for (shade, count) in zip(shades, counts) {
      #expect((shade - Double(count) / 30).magnitude <= 0.5 / 32 + 0.005, "seed 6")
    }
    #expect(root.all("text").map(\.text).suffix(3) == ["0", "30", "left"])
  }

  @Test func theSmallestCountShows() throws {
    let root = try MarkupElement.parse(
      MaskPicture(title: "t", label: "l", columns: 2, counts: [0, 1, 5, 100_000]).svg)
    let shades = try shades(root, rows: 2, columns: 2)
    #expect(shades[0] == 0 && shades[1] > 0 && shades[2] > 0 && shades[3] == 1)
  }

  @Test func fineGridsArePooled() throws {
    // Blocks of 3 × 3, those at the right and lower edges smaller: their means are what their only value is.
    let (rows, columns) = (301, 280)
    let counts = (0..<rows * columns).map { (($0 / columns) / 3 + ($0 % columns) / 3) % 2 * 7 }
    let root = try MarkupElement.parse(
      MaskPicture(title: "t", label: "l", columns: columns, counts: counts).svg)
    let shades = try shades(root, rows: 101, columns: 94)
    for (index, shade) in shades.enumerated() {
      #expect(shade == Double((index / 94 + index % 94) % 2), "\(index)")
    }
  }

  @Test func mistakesTrap() async {
    await #expect(processExitsWith: .failure) { _ = Histogram(range: 1...1, binCount: 3) }
    await #expect(processExitsWith: .failure) { _ = Histogram(range: 0...1, binCount: 0) }
    await #expect(processExitsWith: .failure) {
      _ = MaskPicture(title: "", label: "", columns: 3, counts: [1, 2])
    }
    await #expect(processExitsWith: .failure) {
      _ = MaskPicture(title: "", label: "", columns: 1, counts: [-1])
    }
    await #expect(processExitsWith: .failure) {
      var page = HTMLPage(title: "")
      page.table(header: ["a"], rows: [["b", "c"]])
    }
    await #expect(processExitsWith: .failure) {
      var page = HTMLPage(title: "")
      page.heading("a", level: 1)
    }
  }
}

@Suite struct LaneFigureTests {
  private let figure = LaneFigure(
    title: "lanes", caption: "what they mean",
    rows: (0..<5).map { .init("row \($0)", detail: "detail \($0)") },
    lanes: [
      .init("a", marks: [0: .source, 1: .pass, 2: .drain]), .init("b", marks: [1: .source, 3: .both]),
      .init("c", marks: [3: .source, 4: .drain]), .init("none", marks: [9: .source]),
    ])

  /// A lane takes the first column that nobody needs any more.
  @Test func lanesDoNotOverlap() throws {
    let columns = try MarkupElement.parse(figure.svg).all("path", class: "line")
      .compactMap { $0.attributes["d"] }.map { numbers($0) }.filter { $0.count == 4 && $0[0] == $0[2] }.map {
        $0[0]
      }
    #expect(columns.count == 3 && columns[0] == columns[2] && columns[1] > columns[0])
  }

  @Test func everyMarkAndNameIsDrawn() throws {
    let root = try MarkupElement.parse(figure.svg)
    #expect(root.all("path", class: "marker").count == 4 && root.all("path", class: "ring").count == 3)
    let texts = root.all("text").map(\.text)
    #expect((0..<5).allSatisfy { texts.contains("row \($0)") && texts.contains("detail \($0)") })
    #expect(texts.contains("c") && texts.contains("what they mean"))
    let height = Double(root.attributes["height"] ?? "0") ?? 0
    #expect(root.all("text").allSatisfy { $0.number("y") < height })
  }
}
