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
  static let path: String = {
    #if canImport(Darwin)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!
      return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent("espalier").path
    #else
      return Bundle.main.executableURL!.deletingLastPathComponent().appendingPathComponent("espalier").path
    #endif
  }()

  let folder: TemporaryFolder
  /// Added to the environment, from which all of the program's own variables are removed.
  var environment: [String: String] = [:]

  /// Runs the command to its end.
  func callAsFunction(_ arguments: String...) -> Outcome { self(arguments) }

  /// Runs the command to its end.
  func callAsFunction(_ arguments: [String]) -> Outcome { start(arguments).outcome() }

  /// Runs the command to its end, its arguments being separated by spaces.
  func run(_ line: String) -> Outcome { self(line.split(separator: " ").map(String.init)) }

  /// Starts the command.
  func start(_ arguments: [String]) -> RunningProcess { start(Self.path, arguments) }

  /// Runs a line of shell script to its end, in which `$espalier` is the command.
  func shell(_ script: String) -> Outcome { start("/bin/sh", ["-c", script]).outcome() }

  /// Starts any program, for which the environment variable `espalier` names the command.
  func start(_ executable: String, _ arguments: [String]) -> RunningProcess {
    let variables = cleanEnvironment.merging(["espalier": Self.path]) { $1 }
    return RunningProcess(executable, arguments, environment: variables, in: folder)
  }

  private var cleanEnvironment: [String: String] {
    ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("ESPALIER_") }.merging(environment) { $1 }
  }
}
