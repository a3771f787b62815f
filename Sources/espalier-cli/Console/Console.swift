import Espalier
import Glibc
import Logging

/// Where the command speaks: results on standard output, everything else on standard error.
enum Console {
  /// Warnings and notes, one line each.
  static let log = Logger(label: "espalier") { _ in LineLogHandler() }

  /// Whether standard error is a terminal.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Says which parameters have lost everything, and what to do about it.
  static func warn(ofCutOff paths: [ParameterPath]) {
    for path in paths {
      log.warning(
        "\(path) has nothing left, the network is cut: prune less, by another distribution, or leave a floor")
    }
  }

  /// Makes broken pipes and missing standard streams errors like any other.
  static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    // A closed stream's number would go to the next file that is opened, and texts would end up in that file.
    // Reading only: what is written to the stand-in fails, as it should.
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Text for standard output, and the end of its line; at once, so that it keeps its place among progress lines.
  static func print(_ text: String) throws {
    var line = text + "\n"
    try line.withUTF8 { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(STDOUT_FILENO, bytes.baseAddress! + rest.startIndex, rest.count)
        if count >= 0 {
          rest = rest.dropFirst(count)
        } else if errno != EINTR {
          throw FileError(path: "standard output", operation: "write", code: errno)
        }
      }
    }
  }

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
