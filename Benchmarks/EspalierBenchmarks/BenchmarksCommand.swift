import ArgumentParser
import Espalier
import Glibc

/// The root of the command `espalier-benchmarks`.
@main
struct BenchmarksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "espalier-benchmarks",
    abstract: "Measure Espalier on this machine.",
    discussion: """
      Every comparison is paired: both sides alternate in one process, medians of at least ten rounds after warm-up. \
      A ratio above 1 means that the first side of a comparison is faster. Tables go to standard output, progress to \
      standard error.

      Exit status: 0 on success, 64 for bad arguments, 1 for other failures.
      """)

  @Option(
    name: .customLong("suite"),
    help: ArgumentHelp(
      "What to measure: \(SuiteName.list); may be given several times (default: everything, peers only with "
        + "--peers).",
      valueName: "name"),
    transform: SuiteName.parse)
  var suites: [SuiteName] = []

  @Flag(help: "Fewer and smaller measurements: everything but the peers in about two minutes.")
  var quick = false

  @Flag(help: "Only what has a goal.")
  var goals = false

  @Option(help: ArgumentHelp("The most threads to use.", valueName: "count"))
  var threads = 1

  @Option(help: ArgumentHelp("Decides weights, inputs and masks.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Write everything that was found to a file as JSON.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("The folder of the peers' Python environments.", valueName: "folder"))
  var peers: String?

  @Option(help: ArgumentHelp("The folder of the peers' scripts.", valueName: "folder"))
  var peerScripts = "Benchmarks/peers"

  /// Trains a model in this process and says what memory it took; how the suite `memory` calls itself.
  @Option(help: .hidden, transform: MemoryCase.parse)
  var memoryOf: MemoryCase?

  /// Trains a network that is born sparse and says what it took; how the suite `scale` calls itself.
  @Option(help: .hidden)
  var scaleOf: ScaleCase?

  func validate() throws {
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
    }
    if suites.contains(.peers), peers == nil {
      throw ValidationError(
        "--suite peers: expected --peers as well (see `make bench-peers`), found none")
    }
  }

  func run() throws {
    try ThreadCount.$current.withValue(threads) {
      if let memoryOf {
        return writeOutput(try JSONText.encode(MemoryUse.training(memoryOf, seed: seed)) + "\n")
      }
      if let scaleOf {
        return writeOutput(try JSONText.encode(scaleOf.measure(seed: seed)) + "\n")
      }
      if let json { try AtomicFile.requireWritable(json) }
      if Backend.current == .openBLAS, let warning = OpenBLAS.slowCoreWarning {
        writeError("espalier-benchmarks: warning: \(warning)\n")
      }
      let peers = peers.map { PeerInstallation(environments: $0, scripts: peerScripts) }
      let run = BenchmarkRun(isQuick: quick, onlyGoals: goals, seed: seed, peers: peers)
      writeOutput("\(run.machine)\n")
      for suite in suites.isEmpty ? SuiteName.allCases : suites { try run.run(suite) }
      writeOutput("\(GoalTable(run.outcomes))")
      if let json {
        try AtomicFile.write(Array((JSONText.encode(ReportFile(run), indented: true) + "\n").utf8), to: json)
      }
    }
  }

  /// Runs the command; every error is one line on standard error.
  static func main() {
    // A peer that has gone away is an error to report, not a signal to die of.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let code = exitCode(for: error)
      if code == .success {
        writeOutput(fullMessage(for: error) + "\n")
      } else {
        ProgressNote.clear()
        let lines = message(for: error).split(whereSeparator: \.isNewline)
        writeError("espalier-benchmarks: error: \(lines.joined(separator: " "))\n")
      }
      Glibc.exit(code.rawValue)
    }
  }
}
