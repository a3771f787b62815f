import Espalier
import Glibc

/// The comparisons of a suite: a line for each side, the ratios on the contender's.
struct ComparisonTable: CustomStringConvertible {
  private let suite: String
  private let comparisons: ArraySlice<Comparison>

  init(_ suite: String, _ comparisons: ArraySlice<Comparison>) {
    self.suite = suite
    self.comparisons = comparisons
  }

  var description: String {
    guard !comparisons.isEmpty else { return "" }
    var table = TextTable([
      (suite, .left), ("side", .left), ("median", .right), ("minimum", .right), ("maximum", .right),
      ("rate", .right), ("dense-equivalent", .right), ("of peak", .right), ("ratio", .right),
      ("of pairs", .right), ("rounds", .right), ("difference", .right),
    ])
    for comparison in comparisons {
      table.append(
        [comparison.name] + cells(comparison.contender) + [
          times(comparison.ratioOfMedians), times(comparison.medianOfRatios), "\(comparison.rounds)",
          comparison.difference.map(scientific) ?? "",
        ])
      if let rival = comparison.rival { table.append([""] + cells(rival) + ["", "", "", ""]) }
    }
    return "\n\(table)\n"
  }

  private func cells(_ side: Comparison.Side) -> [String] {
    let times = [side.seconds.median, side.seconds.minimum, side.seconds.maximum].map(duration)
    let rate =
      side.gigaflops.map { "\($0.formatted(decimals: 1)) GFLOP/s" }
      ?? side.gigabytesPerSecond.map { "\($0.formatted(decimals: 1)) GB/s" } ?? ""
    let dense = side.denseGigaflops.map { "\($0.formatted(decimals: 1)) GFLOP/s" } ?? ""
    return [side.name] + times
      + [rate, dense, side.shareOfPeak.map { "\((100 * $0).formatted(decimals: 1)) %" } ?? ""]
  }

  private func times(_ ratio: Double?) -> String { ratio.map { $0.formatted(decimals: 3) } ?? "" }
}

/// A small number with two digits and its power of ten.
func scientific(_ value: Double) -> String {
  guard value > 0 else { return "0" }
  let exponent = Int(log10(value).rounded(.down))
  return "\((value / pow(10, Double(exponent))).formatted(decimals: 1))e\(exponent)"
}

/// Seconds in the unit that leaves three or more digits.
func duration(_ seconds: Double) -> String {
  switch seconds {
  case ..<0.001: "\((seconds * 1e6).formatted(decimals: 2)) µs"
  case ..<1: "\((seconds * 1e3).formatted(decimals: 2)) ms"
  default: "\(seconds.formatted(decimals: 2)) s"
  }
}
