/// A grid of counts as a heat map, such as how many weights of the first layer survive at each pixel of its input: the
/// picture of where a network looks.
///
/// The lowest count, 0, is the colour of the paper, the highest the strongest. Grids of more than 128 rows or columns are
/// shown as means over square blocks.
public struct MaskPicture: Figure {
  /// What the figure shows.
  public var title: String
  /// What is counted; stands below the scale of colours.
  public var label: String
  /// Columns of the grid.
  public let columns: Int
  /// The counts, row after row.
  public let counts: [Int]
  /// The count of the strongest colour; nil for the largest.
  public var maximum: Int?
  /// The figure's width.
  public var width: Double

  /// A figure, by default 320 wide; its height follows from the grid. Traps unless the counts fill whole rows and none is
  /// negative.
  public init(
    title: String, label: String, columns: Int, counts: [Int], maximum: Int? = nil, width: Double = 320
  ) {
    precondition(
      columns > 0 && counts.count % columns == 0, "\(counts.count) counts do not fill rows of \(columns)")
    precondition(counts.allSatisfy { $0 >= 0 }, "counts are never negative")
    self.title = title
    self.label = label
    self.columns = columns
    self.counts = counts
    self.maximum = maximum
    self.width = width
  }

  /// Rows of the grid.
  public var rows: Int { counts.count / columns }

  private static let mostCells = 128
  private static let shades = 32

  /// The cells, one path a shade, and the scale of colours below.
  public func svgElement(standalone: Bool) -> String {
    figureElement(
      title: title, description: "\(label), \(rows) × \(columns)", width: width, standalone: standalone
    ) { canvas, top in
      let grid = pooled()
      let highest = Double(max(maximum ?? counts.max() ?? 0, 1))
      let cell = min((width - 2 * FigureLayout.margin) / Double(grid.columns), 24)
      let frame = Frame(
        left: FigureLayout.margin, top: top + 6, width: cell * Double(grid.columns),
        height: cell * Double(grid.values.count / grid.columns))
      canvas.group(class: "heat") { canvas in
        for (shade, outline) in outlines(of: grid, highest: highest, cell: cell, frame).enumerated()
        where shade > 0 && !outline.isEmpty {
          canvas.cells(outline, opacity: Double(shade) / Double(Self.shades))
        }
      }
      drawBorder(frame, on: &canvas)
      return drawScale(highest: highest, below: frame, on: &canvas)
    }
  }

  /// The grid, or the means of its blocks where it is too fine to be seen.
  private func pooled() -> (values: [Double], columns: Int) {
    let block = (max(rows, columns) + Self.mostCells - 1) / Self.mostCells
    guard block > 1 else { return (counts.map(Double.init), columns) }
    var values: [Double] = []
    for top in stride(from: 0, to: rows, by: block) {
      for left in stride(from: 0, to: columns, by: block) {
        let (bottom, right) = (min(top + block, rows), min(left + block, columns))
        let sum = (top..<bottom).reduce(0) { sum, row in
          counts[row * columns + left..<row * columns + right].reduce(sum, +)
        }
        values.append(Double(sum) / Double((bottom - top) * (right - left)))
      }
    }
    return (values, (columns + block - 1) / block)
  }

  /// The outline of the cells of each shade; neighbours in a row are one rectangle.
  private func outlines(
    of grid: (values: [Double], columns: Int), highest: Double, cell: Double, _ frame: Frame
  ) -> [String] {
    var outlines = [String](repeating: "", count: Self.shades + 1)
    // Whatever is not 0 shows.
    let shades = grid.values.map { value in
      value == 0 ? 0 : max(1, Int((min(value / highest, 1) * Double(Self.shades)).rounded()))
    }
    var first = 0
    for index in shades.indices {
      let next = index + 1
      let ends = next % grid.columns == 0 || shades[next] != shades[index]
      guard ends else { continue }
      let (row, column) = (first / grid.columns, first % grid.columns)
      let left = (frame.left + Double(column) * cell).attributeText
      let top = (frame.top + Double(row) * cell).attributeText
      let length = (Double(next - first) * cell).attributeText
      outlines[shades[index]] += "M\(left) \(top)h\(length)v\(cell.attributeText)h-\(length)z"
      first = next
    }
    return outlines
  }

  private func drawBorder(_ frame: Frame, on canvas: inout Canvas) {
    let corners = [
      (frame.left, frame.top), (frame.right, frame.top), (frame.right, frame.bottom),
      (frame.left, frame.bottom),
    ]
    canvas.path(class: "axis", polyline(corners) + "Z")
  }

  private func drawScale(highest: Double, below frame: Frame, on canvas: inout Canvas) -> Double {
    // A small picture's scale is wider than itself, for the sake of its label.
    let length = min(max(frame.width, 180), width - 2 * FigureLayout.margin)
    let bar = Frame(left: frame.left, top: frame.bottom + 12, width: length, height: 10)
    let step = bar.width / Double(Self.shades)
    canvas.group(class: "heat") { canvas in
      for shade in 1...Self.shades {
        let left = bar.left + Double(shade - 1) * step
        let outline =
          "M\(left.attributeText) \(bar.top.attributeText)h\(step.attributeText)v10h-\(step.attributeText)z"
        canvas.cells(outline, opacity: Double(shade) / Double(Self.shades))
      }
    }
    drawBorder(bar, on: &canvas)
    let baseline = bar.bottom + 17
    let high = AxisLabels.number.text(of: highest)
    canvas.text("0", x: bar.left, y: baseline, class: "quiet")
    canvas.text(high, x: bar.right, y: baseline, .end, class: "quiet")
    let room = bar.width - 2 * TextSize.width(high) - 16
    canvas.text(
      TextSize.shortened(label, width: room), x: bar.left + bar.width / 2, y: baseline, .middle)
    return baseline + FigureLayout.margin
  }
}
