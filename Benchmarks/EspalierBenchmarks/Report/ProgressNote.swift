import Glibc

/// What is being measured, on standard error: one line that is redrawn on a terminal, else a line each.
enum ProgressNote {
  private static let isInteractive = isatty(STDERR_FILENO) == 1

  static func show(_ text: String) {
    writeError(isInteractive ? "\r\u{1B}[K\(text) …" : "\(text)\n")
  }

  /// Makes room for a table.
  static func clear() {
    if isInteractive { writeError("\r\u{1B}[K") }
  }
}
