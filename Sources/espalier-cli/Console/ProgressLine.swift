import Espalier

/// Shows a training: on a terminal a bar that is redrawn, and in any case one line an epoch.
struct ProgressLine {
  private let title: String
  private let length: Int
  private let validation: String
  private var sinceDrawn = 0.0
  private var isDrawn = false

  /// A display for `epochs` epochs of `title`, evaluated on samples that are called `validation`.
  init(_ title: String, epochs: Int, validation: String = "test") {
    self.title = title
    length = epochs
    self.validation = validation
  }

  /// Shows one event; asks for an end once Ctrl-C has been pressed.
  mutating func show(_ event: TrainingEvent) -> TrainingDecision {
    switch event {
    case .batch(let progress): draw(progress)
    case .epoch(let summary): line(summary)
    }
    guard Interruption.isPending else { return .proceed }
    clear()
    return .stop
  }

  private mutating func draw(_ progress: BatchProgress) {
    guard Console.isInteractive else { return }
    guard progress.seconds - sinceDrawn > 0.1 || progress.seconds < sinceDrawn else { return }
    sinceDrawn = progress.seconds
    isDrawn = true
    let share = Double(progress.samplesDone) / Double(max(progress.samples, 1))
    let epoch = progress.seconds / share
    let left = epoch * (Double(length - progress.epoch) - share)
    let cells = Int((share * 24).rounded())
    let bar = String(repeating: "━", count: cells) + String(repeating: "╌", count: 24 - cells)
    let speed = rate(progress.samplesDone, progress.seconds)
    let quality = "loss \(progress.loss.formatted(decimals: 4))  accuracy \(percent(progress.accuracy))"
    Console.write("\r\u{1B}[K\(heading(progress.epoch)) \(bar) \(speed)  \(quality)  ETA \(duration(left))")
  }

  private mutating func line(_ summary: EpochSummary) {
    clear()
    sinceDrawn = 0
    var text =
      "\(heading(summary.epoch))  \(rate(summary.samples, summary.seconds))  "
      + "loss \(summary.loss.formatted(decimals: 4))  accuracy \(percent(summary.accuracy))"
    if let found = summary.validation {
      text +=
        "  \(validation) loss \(found.loss.formatted(decimals: 4))  \(validation) accuracy "
        + percent(found.accuracy)
    }
    let left = (summary.seconds + summary.evaluationSeconds) * Double(length - summary.epoch - 1)
    Console.write(text + (left > 0 ? "  ETA \(duration(left))" : "") + "\n")
  }

  private mutating func clear() {
    if isDrawn { Console.write("\r\u{1B}[K") }
    isDrawn = false
  }

  private func heading(_ epoch: Int) -> String {
    "\(title) \((epoch + 1).padded(to: String(length).count))/\(length)"
  }

  private func rate(_ samples: Int, _ seconds: Double) -> String {
    "\((Double(samples) / max(seconds, 1e-9)).formatted(width: 7, decimals: 0)) samples/s"
  }
}

/// An accuracy as a percentage.
func percent(_ share: Double) -> String { "\((100 * share).formatted(width: 5, decimals: 2)) %" }

/// Seconds as minutes and seconds.
func duration(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded(.up))
  let padded = whole % 60 < 10 ? "0\(whole % 60)" : "\(whole % 60)"
  return "\(whole / 60):\(padded)"
}
