internal import EspalierFigures
internal import EspalierTensors

extension CostComparison {
  /// Totals before and after with their ratios, then the layers of the network at the end.
  func add(to page: inout HTMLPage) {
    page.heading("What it costs")
    page.table(header: ["", "before", "after", "ratio"], rows: rows.map { [$0.name] + $0.cells })
    page.table(
      header: [
        "layer", "kind", "output", "values left", "multiplications", "of weights left", "bytes out", "time",
      ],
      rows: after.layers.map { layer in
        let counts = layer.counts
        return [
          counts.name, counts.kind, counts.outputShape.map(String.init).joined(separator: " × "),
          "\(counts.survivors)", "\(counts.multiplyAccumulates)", "\(counts.survivingMultiplyAccumulates)",
          "\(counts.activationBytes)", layer.seconds.map(Self.microseconds) ?? "–",
        ]
      },
      caption:
        "The layers at the end, for one sample. A layer that works in its input's memory gives no bytes of its own."
    )
  }

  /// Each total: its name, and the values before and after with their ratio.
  public var rows: [(name: String, cells: [String])] {
    let counts: [(String, (CostReport) -> Int?)] = [
      ("values", \.parameters), ("values left", \.survivors), ("multiplications", \.multiplyAccumulates),
      ("multiplications left", \.survivingMultiplyAccumulates), ("bytes of activations", \.activationBytes),
      ("bytes of working memory", \.workspaceBytes), ("bytes of the file", \.fileBytes),
    ]
    let found = counts.compactMap { name, count -> (name: String, cells: [String])? in
      guard let before = count(before), let after = count(after) else { return nil }
      return (name, ["\(before)", "\(after)", Self.ratio(Double(before), Double(after))])
    }
    guard let before = before.seconds, let after = after.seconds else { return found }
    let times = [Self.microseconds(before), Self.microseconds(after), Self.ratio(before, after)]
    return found + [(name: "time of one sample", cells: times)]
  }

  private static func ratio(_ before: Double, _ after: Double) -> String {
    after > 0 ? "\((before / after).formatted(decimals: 2))×" : "–"
  }

  private static func microseconds(_ seconds: Double) -> String {
    "\((seconds * 1e6).formatted(decimals: 2)) µs"
  }
}
