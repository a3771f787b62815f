import Espalier

/// Rows of text in aligned columns.
struct TextTable: CustomStringConvertible {
  enum Alignment { case left, right }

  private let columns: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []

  init(_ columns: [(title: String, alignment: Alignment)]) { self.columns = columns }

  mutating func append(_ cells: [String]) {
    precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
    rows.append(cells)
  }

  var description: String {
    let all = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in all.map { $0[column].count }.max()! }
    return all.map { cells in
      let padded = zip(cells, zip(columns, widths)).map { cell, layout in
        layout.0.alignment == .left ? cell.paddedRight(to: layout.1) : cell.paddedLeft(to: layout.1)
      }
      return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
