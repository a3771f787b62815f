import ArgumentParser
import Espalier

/// Looks for how much each layer should lose.
struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Search how much each layer should lose so that a target is met, without retraining.",
    discussion: """
      Prunes every layer alone to many sparsities and by N:M patterns, combines these by an evolutionary search judged on \
      held-out training samples, prunes the winner layer after layer and measures it again. Prints the Pareto front of accuracy \
      and cost, thinned out to some twenty lines, what became of each layer, and the accuracy on the test set before and after. What was tried is kept in the \
      journal: the same command goes on where an interrupted one ended, once the layers are pruned alone again; other targets of \
      the same cost use it too, times only on the same machine with as many threads.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @OptionGroup var options: SearchOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var compute: ComputeOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output = "searched.safetensors"

  @Option(help: ArgumentHelp("The file that keeps what was tried.", valueName: "file"))
  var journal = "search.json"

  @Option(help: ArgumentHelp("Draw the front.", valueName: "file"))
  var svg: String?

  @Flag(help: "Print everything as one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws {
    let paths = [output, journal] + (svg.map { [$0] } ?? [])
    guard Set(paths).count == paths.count else {
      throw ValidationError("--output, --journal, --svg: expected different files, found one twice")
    }
  }

  func run() throws {
    Interruption.listen()
    try compute {
      for (option, path) in [("--journal", journal), ("--svg", svg)] {
        try require(option, path, "a file other than the network's") { !AtomicFile.areSame($0, file) }
      }
      var stored = try NetworkFile(contentsOf: file)
      let sets = try data.load()
      try sets.requireFit(stored.network, file: file)
      let search = try options.search(for: stored.network, training: sets.training)
      for path in [output, journal, svg].compactMap({ $0 }) { try AtomicFile.requireWritable(path) }
      let before = try stored.evaluation(on: sets.test, named: sets.name, file: file).accuracy
      let clock = ContinuousClock.now
      let outcome = try find(search, stored, sets.training)
      let seconds = (ContinuousClock.now - clock) / .seconds(1)
      stored.network = outcome.network
      try stored.write(to: output, form: outcome.target.cost == .fileBytes ? .compact() : .asHeld)
      if let svg {
        let figure = outcome.figure(title: "\(file): accuracy against \(outcome.target.cost.rawValue)")
        try AtomicFile.write(Array(figure.svg.utf8), to: svg)
      }
      let report = SearchReport(
        outcome, file: file, dataset: sets.name, accuracyBefore: before,
        accuracyAfter: stored.network.evaluate(on: sets.test).accuracy, seconds: seconds)
      try Console.print(json ? JSONText.encode(report) : report.description)
      if !outcome.meetsTarget {
        Console.log.warning("no candidate met the target when it was measured again; the nearest was written")
      }
    }
  }

  private func find(
    _ search: PruningSearch, _ stored: NetworkFile, _ training: Dataset
  ) throws -> PruningSearchOutcome {
    let journal = journal
    do {
      let outcome = try search.run(
        stored.network, training: training, journal: journal, metadata: stored.metadata, observe: Self.show)
      if Console.isInteractive { Console.write("\r\u{1B}[K") }
      guard let outcome else {
        throw Failure.interrupted(
          fileExists(journal)
            ? "what was tried is in \(journal); the same command goes on there" : "nothing was tried yet")
      }
      return outcome
    } catch let error as OneShotError {
      throw FormatError(error, file: file)
    }
  }

  @Sendable private static func show(_ progress: PruningSearchProgress) -> Bool {
    if Console.isInteractive {
      let done =
        progress.point.map { "\(progress.tried) tried, the last with \(percent($0.accuracy))" }
        ?? (progress.prepared < 1 ? "\(percent(progress.prepared)) of the layers' variants pruned" : nil)
      if let done { Console.write("\r\u{1B}[Ksearch: \(done)") }
    }
    return !Interruption.isPending
  }
}
