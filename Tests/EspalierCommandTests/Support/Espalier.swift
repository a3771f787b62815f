import EspalierTestSupport
import Foundation

/// The built command, run as a process in a folder.
struct Espalier {
  /// What a finished process left.
  struct Outcome {
    /// The exit status; 128 and the signal's number when a signal ended it.
    let status: Int
    let output: String
    let errors: String

    /// Standard error line by line, without remarks on the machine's OpenBLAS, which are not the test's.
    var errorLines: [String] {
      errors.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("espalier: warning: ") }
    }

    /// Standard output as one JSON object; throws when it is anything else.
    func json() throws -> [String: Any] {
      guard let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] else {
        throw CocoaError(.fileReadCorruptFile)
      }
      return object
    }
  }

  /// Beside the tests' own executable or bundle, whatever the configuration and the traits.
  static let url: URL = {
    #if canImport(Darwin)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!
      return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent("espalier")
    #else
      return Bundle.main.executableURL!.deletingLastPathComponent().appendingPathComponent("espalier")
    #endif
  }()

  let folder: TemporaryFolder
  /// Added to the environment, from which all of the program's own variables are removed.
  var environment: [String: String] = [:]

  /// Runs the command to its end.
  func callAsFunction(_ arguments: String...) throws -> Outcome { try self(arguments) }

  /// Runs the command to its end.
  func callAsFunction(_ arguments: [String]) throws -> Outcome { try start(arguments).outcome() }

  /// Starts the command.
  func start(_ arguments: [String]) throws -> RunningProcess {
    try RunningProcess(Self.url, arguments, environment: cleanEnvironment, in: folder)
  }

  /// Runs a line of shell script to its end, in which `$espalier` is the command.
  func shell(_ script: String) throws -> Outcome {
    let environment = cleanEnvironment.merging(["espalier": Self.url.path]) { $1 }
    return try RunningProcess(
      URL(fileURLWithPath: "/bin/sh"), ["-c", script], environment: environment, in: folder
    ).outcome()
  }

  private var cleanEnvironment: [String: String] {
    ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("ESPALIER_") }.merging(environment) { $1 }
  }
}
