import Espalier

/// Shows on a terminal how many parts of a work are done; nothing where there is no terminal.
struct CountLine {
  private let title: String
  private let start = ContinuousClock.now

  /// A display of the work called `title`.
  init(_ title: String) { self.title = title }

  /// Shows the count; asks for an end once Ctrl-C has been pressed.
  mutating func show(_ done: Int, of total: Int) -> TrainingDecision {
    if Console.isInteractive {
      let left = (ContinuousClock.now - start) / done * (total - done)
      let ending = done == total ? "\r\u{1B}[K" : "  ETA \(duration(Double(left.components.seconds)))"
      Console.write("\r\u{1B}[K\(title) \(done.padded(to: String(total).count))/\(total)\(ending)")
    }
    return Interruption.isPending ? .stop : .proceed
  }
}
