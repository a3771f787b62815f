/// Rows from top to bottom, and lanes beside them that each run from one row to a later one with marks on the way: such as the
/// layers of a network and the groups of channels that run through them.
///
/// A lane takes the first column that is free from its first mark to its last.
public struct LaneFigure: Figure {
  /// A row.
  public struct Row: Sendable {
    /// Its name.
    public var name: String
    /// What else is to be said of it.
    public var detail: String

    /// A row.
    public init(_ name: String, detail: String = "") {
      self.name = name
      self.detail = detail
    }
  }

  /// What a lane does at a row.
  public enum Mark: Sendable {
    /// It begins, or something joins it: a filled disc.
    case source
    /// It passes through: a short bar.
    case pass
    /// It is taken from: a ring.
    case drain
    /// It is taken from, and something joins it: a disc in a ring.
    case both
  }

  /// A lane.
  public struct Lane: Sendable {
    /// What it is, for the legend.
    public var name: String
    /// Its marks by row.
    public var marks: [Int: Mark]

    /// A lane; rows that the figure does not have are left out.
    public init(_ name: String, marks: [Int: Mark]) {
      self.name = name
      self.marks = marks
    }
  }

  /// What the figure shows.
  public var title: String
  /// What the marks mean, in one line below the lanes.
  public var caption: String
  /// The rows from top to bottom.
  public var rows: [Row]
  /// The lanes.
  public var lanes: [Lane]
  /// The figure's width; its height follows from the rows.
  public var width: Double

  /// A figure, by default 760 wide.
  public init(title: String, caption: String, rows: [Row], lanes: [Lane], width: Double = 760) {
    self.title = title
    self.caption = caption
    self.rows = rows
    self.lanes = lanes
    self.width = width
  }

  private static let rowHeight = 24.0
  private static let columnWidth = 22.0

  /// Names on the left, lanes on the right, the legend above.
  public func svgElement(standalone: Bool) -> String {
    figureElement(title: title, description: caption, width: width, standalone: standalone) { canvas, top in
      let top = drawLegend(on: &canvas, top: top) + 6
      let columns = placedColumns()
      let lanesWidth = Self.columnWidth * Double((columns.compactMap { $0 }.max() ?? 0) + 1)
      let left = max(width - FigureLayout.margin - lanesWidth, 0.4 * width)
      for (index, row) in rows.enumerated() { draw(row, at: middle(of: index, top), left: left, on: &canvas) }
      for (index, column) in columns.enumerated() {
        guard let column else { continue }
        drawLane(index, x: left + Self.columnWidth * (Double(column) + 0.5), top, on: &canvas)
      }
      let bottom = top + Self.rowHeight * Double(rows.count)
      return drawCaption(on: &canvas, top: bottom + 8)
    }
  }

  private func middle(of row: Int, _ top: Double) -> Double { top + Self.rowHeight * (Double(row) + 0.5) }

  private func span(of lane: Lane) -> ClosedRange<Int>? {
    let shown = lane.marks.keys.filter { rows.indices.contains($0) }
    guard let first = shown.min(), let last = shown.max() else { return nil }
    return first...last
  }

  /// The column of each lane; nil for one without marks.
  private func placedColumns() -> [Int?] {
    var ends: [Int] = []
    let order = lanes.indices.sorted { left, right in
      (span(of: lanes[left])?.lowerBound ?? 0, left) < (span(of: lanes[right])?.lowerBound ?? 0, right)
    }
    var columns = [Int?](repeating: nil, count: lanes.count)
    for index in order {
      guard let span = span(of: lanes[index]) else { continue }
      let column = ends.firstIndex { $0 < span.lowerBound } ?? ends.count
      if column == ends.count { ends.append(span.upperBound) } else { ends[column] = span.upperBound }
      columns[index] = column
    }
    return columns
  }

  private func draw(_ row: Row, at middle: Double, left: Double, on canvas: inout Canvas) {
    let names = FigureLayout.margin
    let room = left - names - 12
    let name = TextSize.shortened(row.name, width: 0.55 * room)
    let detail = TextSize.shortened(row.detail, width: room - TextSize.width(name) - 12)
    canvas.line(class: "grid", names, middle + Self.rowHeight / 2, width - names, middle + Self.rowHeight / 2)
    canvas.text(name, x: names, y: middle + 4.5)
    canvas.text(detail, x: left - 12, y: middle + 4.5, .end, class: "quiet")
  }

  private func drawLane(_ index: Int, x: Double, _ top: Double, on canvas: inout Canvas) {
    let lane = lanes[index]
    guard let span = span(of: lane) else { return }
    canvas.group(class: SeriesStyle(index).colorClass) { canvas in
      let ends = [(x: x, y: middle(of: span.lowerBound, top)), (x: x, y: middle(of: span.upperBound, top))]
      canvas.path(class: "line", polyline(ends), dashes: SeriesStyle(index).dashes, tip: lane.name)
      for (row, mark) in lane.marks.sorted(by: { $0.key < $1.key }) where rows.indices.contains(row) {
        Self.draw(mark, x: x, y: middle(of: row, top), on: &canvas)
      }
    }
  }

  private static func draw(_ mark: Mark, x: Double, y: Double, on canvas: inout Canvas) {
    switch mark {
    case .source: canvas.path(class: "marker", circle(x, y, 5.5))
    case .pass: canvas.path(class: "line", polyline([(x - 5, y), (x + 5, y)]))
    case .drain: canvas.path(class: "ring", circle(x, y, 5))
    case .both:
      canvas.path(class: "ring", circle(x, y, 6.5))
      canvas.path(class: "marker", circle(x, y, 3.5))
    }
  }

  private func drawLegend(on canvas: inout Canvas, top: Double) -> Double {
    let entries = lanes.enumerated().map { index, lane in
      Legend.Entry(name: lane.name) { canvas, left, right, middle in
        canvas.group(class: SeriesStyle(index).colorClass) {
          $0.path(
            class: "line", polyline([(left, middle), (right, middle)]), dashes: SeriesStyle(index).dashes)
        }
      }
    }
    return Legend.draw(entries, on: &canvas, top: top, width: width)
  }

  private func drawCaption(on canvas: inout Canvas, top: Double) -> Double {
    var y = top
    for line in TextSize.lines(caption, width: width - 2 * FigureLayout.margin) {
      canvas.text(line, x: FigureLayout.margin, y: y + 14, class: "quiet")
      y += FigureLayout.lineHeight
    }
    return y + FigureLayout.margin
  }
}
