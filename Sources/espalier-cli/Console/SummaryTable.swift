import Espalier

/// The experiment on five lines.
struct SummaryTable: CustomStringConvertible {
  private let report: RunReport
  private let epochs: (training: Int, retraining: Int)

  /// The table of a report whose trainings took so many epochs.
  init(_ report: RunReport, epochs: (training: Int, retraining: Int)) {
    self.report = report
    self.epochs = epochs
  }

  var description: String {
    let (dense, pruned, retrained) = (report.dense, report.pruned, report.retrained)
    return """
                     accuracy       loss    seconds  per epoch
      dense        \(line(dense.accuracy, dense.loss, dense.seconds, epochs.training))
      pruned       \(line(pruned.accuracy, pruned.loss, nil, 0))
      retrained    \(line(retrained.accuracy, retrained.loss, retrained.seconds, epochs.retraining))
      compression  \(report.compression.formatted(decimals: 2))x: \(report.alive) of \(report.total) values are left
      """
  }

  private func line(_ accuracy: Double, _ loss: Double, _ seconds: Double?, _ epochs: Int) -> String {
    let quality = "\(percent(accuracy).paddedLeft(to: 10)) \(loss.formatted(width: 10, decimals: 4))"
    guard let seconds, epochs > 0 else { return quality }
    let each = (seconds / Double(epochs)).formatted(width: 10, decimals: 2)
    return "\(quality) \(seconds.formatted(width: 10, decimals: 1)) \(each)"
  }
}
