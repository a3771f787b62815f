import EspalierTestSupport
import Foundation

/// A process whose standard output and standard error go to files.
final class RunningProcess {
  private let process = Process()
  private let files: TemporaryFolder

  init(
    _ executable: URL, _ arguments: [String], environment: [String: String], in folder: TemporaryFolder
  ) throws {
    files = TemporaryFolder()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: files.file("output", []))
    process.standardError = FileHandle(forWritingAtPath: files.file("errors", []))
    try process.run()
  }

  /// Waits until standard error holds `text`; false when the process ended, or a minute passed, without it.
  func waits(for text: String) -> Bool {
    for _ in 0..<6000 {
      let isRunning = process.isRunning
      if read("errors").contains(text) { return true }
      if !isRunning { return false }
      usleep(10_000)
    }
    return false
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  func outcome() -> Espalier.Outcome {
    process.waitUntilExit()
    let status = Int(process.terminationStatus)
    return Espalier.Outcome(
      status: process.terminationReason == .exit ? status : 128 + status, output: read("output"),
      errors: read("errors"))
  }

  private func read(_ name: String) -> String {
    String(decoding: contents(files.path(name)) ?? [], as: UTF8.self)
  }
}
