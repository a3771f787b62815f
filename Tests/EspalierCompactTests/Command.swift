import EspalierTestSupport
import Foundation

/// The built command, run as a process in a folder.
struct Command {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  private let folder: TemporaryFolder

  init(_ folder: TemporaryFolder) { self.folder = folder }

  /// Runs a line of shell script in which `$espalier` is the command.
  func shell(_ script: String) throws -> Outcome {
    let process = Process()
    let outputs = TemporaryFolder()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("ESPALIER_") }
    environment["espalier"] = Self.url.path
    process.environment = environment
    process.standardOutput = FileHandle(forWritingAtPath: outputs.file("output", []))
    process.standardError = FileHandle(forWritingAtPath: outputs.file("errors", []))
    try process.run()
    process.waitUntilExit()
    func text(_ name: String) -> String {
      String(decoding: contents(outputs.path(name)) ?? [], as: UTF8.self)
    }
    return Outcome(status: process.terminationStatus, output: text("output"), errors: text("errors"))
  }

  /// Beside the tests' own executable or bundle, whatever the configuration and the traits.
  private static let url: URL = {
    #if canImport(Darwin)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!
      return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent("espalier")
    #else
      return Bundle.main.executableURL!.deletingLastPathComponent().appendingPathComponent("espalier")
    #endif
  }()
}
