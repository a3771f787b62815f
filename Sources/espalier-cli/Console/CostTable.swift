import Espalier

/// What a network costs, layer by layer.
struct CostTable: CustomStringConvertible {
  let description: String

  init(_ report: CostReport) {
    let isTimed = report.seconds != nil
    let layers = report.layers.map { layer in
      let counts = layer.counts
      return [
        counts.name, counts.kind, counts.outputShape.map(String.init).joined(separator: "×"),
        "\(counts.parameters)", "\(counts.survivors)", "\(counts.multiplyAccumulates)",
        "\(counts.survivingMultiplyAccumulates)", "\(counts.activationBytes)",
      ] + (isTimed ? [layer.seconds.map(microseconds) ?? "–"] : [])
    }
    let total =
      [
        "total", "", "", "\(report.parameters)", "\(report.survivors)", "\(report.multiplyAccumulates)",
        "\(report.survivingMultiplyAccumulates)", "\(report.activationBytes)",
      ] + (report.seconds.map { [microseconds($0)] } ?? [])
    let header =
      ["layer", "kind", "output", "values", "left", "MACs", "MACs left", "bytes out"]
      + (isTimed ? ["µs"] : [])
    let memory = "working memory for \(samples(report.batchSize)): \(report.workspaceBytes) bytes"
    let file = report.fileBytes.map { "; file: \($0) bytes" } ?? ""
    description = "\(AlignedTable([header] + layers + [total], texts: 2))\n\(memory)\(file)"
  }
}

/// Before and after, one line a total.
struct CostComparisonTable: CustomStringConvertible {
  let description: String

  init(_ comparison: CostComparison) {
    let rows = comparison.rows.map { [$0.name] + $0.cells }
    description = "\(AlignedTable([["", "before", "after", "ratio"]] + rows, texts: 1))"
  }
}

/// Rows in columns as wide as their widest cell, texts aligned at their beginnings and numbers at their ends.
struct AlignedTable: CustomStringConvertible {
  let description: String

  /// A table the first `texts` columns of which are texts, and all others numbers.
  init(_ rows: [[String]], texts: Int) { self.init(rows, numbers: texts...Int.max) }

  /// A table with numbers in the given columns.
  init(_ rows: [[String]], numbers: ClosedRange<Int>) {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
    description = rows.map { row in
      let cells = zip(row, widths).enumerated().map { column, cell in
        numbers.contains(column) ? cell.0.paddedLeft(to: cell.1) : cell.0.paddedRight(to: cell.1)
      }
      return cells.joined(separator: "  ").trimmedAtEnd
    }.joined(separator: "\n")
  }
}

extension String {
  /// The text without spaces at its end.
  fileprivate var trimmedAtEnd: String {
    String(prefix(upTo: lastIndex { $0 != " " }.map(index(after:)) ?? startIndex))
  }
}

private func microseconds(_ seconds: Double) -> String { (seconds * 1e6).formatted(decimals: 2) }
private func samples(_ count: Int) -> String { count == 1 ? "one sample" : "\(count) samples" }
