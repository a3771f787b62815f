internal import EspalierFigures
internal import EspalierNetworks
internal import EspalierTensors

extension CostComparison {
  /// Totals before and after with their ratios, then the layers of both networks.
  func add(to page: inout HTMLPage) {
    page.heading("What it costs")
    page.table(header: ["", "before", "after", "ratio"], rows: rows.map { [$0.name] + $0.cells })
    page.table(
      header: [
        "layer", "kind", "output", "values left", "multiplications", "multiplications left", "bytes out",
        "time at the end",
      ], rows: layerRows,
      caption:
        "The layers for one sample, before → after where that differs; the first number of an output is its channels. "
        + "A layer that works in its input's memory gives no bytes of its own.")
  }

  /// The layers at the beginning, then those that are new.
  private var layerRows: [[String]] {
    let (old, new) = (Set(before.layers.map(\.counts.name)), after.layers.byName)
    let added = after.layers.filter { !old.contains($0.counts.name) }
    return before.layers.map { row($0, new[$0.counts.name]) } + added.map { row(nil, $0) }
  }

  /// What one layer costs before and after; nil where it is not there.
  private func row(_ before: CostReport.Layer?, _ after: CostReport.Layer?) -> [String] {
    let (old, new) = (before?.counts, after?.counts)
    func cell(_ count: (NetworkCost.Layer) -> Int) -> String {
      change(old.map { "\(count($0))" }, new.map { "\(count($0))" })
    }
    return [
      (new ?? old)!.name, (new ?? old)!.kind, change(old?.outputShape.extents, new?.outputShape.extents),
      cell(\.survivors), cell(\.multiplyAccumulates), cell(\.survivingMultiplyAccumulates),
      cell(\.activationBytes), after?.seconds.map(Self.microseconds) ?? "–",
    ]
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

extension [CostReport.Layer] {
  fileprivate var byName: [String: CostReport.Layer] {
    Dictionary(uniqueKeysWithValues: map { ($0.counts.name, $0) })
  }
}
