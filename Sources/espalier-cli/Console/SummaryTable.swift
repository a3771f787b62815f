import Espalier

/// The experiment on six lines.
struct SummaryTable: CustomStringConvertible {
  private let report: RunReport

  init(_ report: RunReport) { self.report = report }

  var description: String {
    let pruned = report.pruned
    return """
                     accuracy       loss    seconds
      dense        \(line(report.dense.accuracy, report.dense.loss, report.dense.seconds))
      pruned       \(line(pruned.accuracy, pruned.loss, nil))
      retrained    \(line(report.retrained.accuracy, report.retrained.loss, report.retrained.seconds))
      compression  \(report.compression.formatted(decimals: 2))x: \(report.alive) of \(report.total) values are left
      """
  }

  private func line(_ accuracy: Double, _ loss: Double, _ seconds: Double?) -> String {
    "\(percent(accuracy).paddedLeft(to: 10)) \(loss.formatted(width: 10, decimals: 4)) "
      + (seconds?.formatted(width: 10, decimals: 1) ?? "         –")
  }
}
