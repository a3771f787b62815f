import ArgumentParser

/// A failure with an exit status of its own.
struct Failure: Error, CustomStringConvertible {
  let description: String
  let exitCode: ExitCode

  /// A failure that is nobody's fault on the command line: exit status 1.
  init(_ description: String) {
    self.description = description
    exitCode = .failure
  }

  private init(_ description: String, _ exitCode: ExitCode) {
    self.description = description
    self.exitCode = exitCode
  }

  /// Ctrl-C or a termination signal: exit status 130, as shells expect.
  static func interrupted(_ what: String) -> Failure { Failure("interrupted: \(what)", ExitCode(130)) }
}
