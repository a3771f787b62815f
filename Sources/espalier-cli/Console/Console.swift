import Glibc
import Logging

/// Where the command speaks: results on standard output, everything else on standard error.
enum Console {
  /// Warnings and notes, one line each.
  static let log = Logger(label: "espalier") { _ in LineLogHandler() }

  /// Whether standard error is a terminal.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// One error line.
  static func error(_ text: String) {
    write("espalier: error: \(text.split(whereSeparator: \.isNewline).joined(separator: " "))\n")
  }

  /// Text for standard error, as it is.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}

/// Log lines as a person at a terminal wants them: `espalier: warning: …`, no time, no label.
private struct LineLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    Console.write("espalier: \(event.level == .info ? "note" : event.level.rawValue): \(event.message)\n")
  }
}
