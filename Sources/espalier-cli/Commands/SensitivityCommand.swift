import ArgumentParser
import Espalier

/// Prunes each layer alone.
struct SensitivityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sensitivity", abstract: "Prune each layer alone, and see what that costs.",
    discussion: """
      Prunes one layer at a time to each level and evaluates the network without retraining. \
      Prints the accuracy by layer and level; the file stays as it is.

      --suggest turns the measurements into amounts a layer for a wanted sparsity of all of them, the sum of whose costs \
      is least, and compares them with the same sparsity in each layer and with one threshold for all.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @OptionGroup var data: DataOptions
  @OptionGroup var heldOut: HeldOutOptions

  @Option(
    help: ArgumentHelp(
      "Prune each layer to these shares of its weights (default: \(listed(SensitivityAnalysis.standardLevels))).",
      valueName: "shares"),
    transform: parseLevels)
  var levels = SensitivityAnalysis.standardLevels

  @Option(
    help: ArgumentHelp(
      "Which weights matter (default: magnitude). Criteria that look at data are given the first 512 training samples.",
      valueName: "name"))
  var criterion = CriterionName.magnitude

  @Option(help: ArgumentHelp("Only these layers, separated by commas, such as fc1,fc2.", valueName: "names"))
  var layers: String?

  @Option(
    help: ArgumentHelp("Suggest amounts that prune this share of all weights together.", valueName: "share"))
  var suggest: Double?

  @Option(
    help: ArgumentHelp("What a suggestion keeps small: loss or accuracy (default: loss).", valueName: "cost"))
  var minimize: SensitivityReport.Cost?

  @OptionGroup var compute: ComputeOptions

  @Option(help: ArgumentHelp("Write the measurements as comma-separated values.", valueName: "file"))
  var csv: String?

  @Option(help: ArgumentHelp("Write a figure.", valueName: "file"))
  var svg: String?

  @Flag(help: "Print everything as one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws {
    try require("--suggest", suggest, "a number in 0…1") { (0...1).contains($0) }
    if minimize != nil, suggest == nil { throw ValidationError("--minimize: expected --suggest as well") }
    if let csv, csv == svg { throw ValidationError("--csv, --svg: expected two files, found \(csv) twice") }
  }

  func run() throws {
    Interruption.listen()
    try compute {
      for (option, path) in [("--csv", csv), ("--svg", svg)] {
        try require(option, path, "a file other than the network's") { !AtomicFile.areSame($0, file) }
      }
      let stored = try NetworkFile(contentsOf: file)
      let selection = ParameterSelection.weights(of: try layerNames(layers, of: stored.network))
      let sets = try data.load()
      try sets.requireFit(stored.network, file: file)
      let judge = try heldOut.choose(from: sets)
      for path in [csv, svg].compactMap({ $0 }) { try AtomicFile.requireWritable(path) }
      let loss = try TrainingRecord(in: stored, path: file)?.settings.loss ?? CrossEntropy()
      let analysis = SensitivityAnalysis(
        levels: levels, selection: selection, criterion: criterion.criterion,
        calibration: sets.training.prefix(PruningChoice().samples), loss: loss)
      let report = try measure(stored.network, analysis, on: judge)
      let suggestion = try suggest.map {
        try makeSuggestion($0, report, stored.network, analysis, on: judge.dataset)
      }
      try write(report, judge.name)
      let result = SensitivityResult(file: file, data: judge.name, report: report, suggestion: suggestion)
      try Console.print(json ? JSONText.encode(result) : result.description)
    }
  }

  private func measure(
    _ network: Network, _ analysis: SensitivityAnalysis, on judge: (dataset: Dataset, name: String)
  ) throws -> SensitivityReport {
    var counter = CountLine("sensitivity")
    let report = analysis.measure(network, on: judge.dataset) { counter.show($0.done, of: $0.total) }
    guard let report else { throw Failure.interrupted("nothing was written") }
    guard report.isFinite else {
      throw FormatError(
        file: file, place: "outputs on \(judge.name)", expected: "a finite loss", found: "one that is not")
    }
    return report
  }

  private func makeSuggestion(
    _ sparsity: Double, _ report: SensitivityReport, _ network: Network, _ analysis: SensitivityAnalysis,
    on dataset: Dataset
  ) throws -> SensitivityResult.Suggestion {
    let range = report.reachableSparsities
    let reach =
      "\(range.lowerBound) to \(range.upperBound), what is pruned already to the highest of --levels"
    guard range.contains(sparsity) else {
      throw ValidationError("--suggest: expected \(reach), found \(sparsity)")
    }
    let cost = minimize ?? .loss
    let suggestion = report.suggestion(sparsity: sparsity, minimizing: cost)
    return SensitivityResult.Suggestion(
      minimized: cost, amounts: suggestion,
      comparison: analysis.compare(suggestion, of: network, on: dataset))
  }

  private func write(_ report: SensitivityReport, _ dataName: String) throws {
    if let csv { try AtomicFile.write(Array(report.csv.utf8), to: csv) }
    if let svg {
      let figure = report.figure(title: "Each layer of \(file) pruned alone, evaluated on \(dataName)")
      try AtomicFile.write(Array(figure.svg.utf8), to: svg)
    }
  }
}

extension SensitivityReport.Cost: ExpressibleByArgument {}
extension CriterionName: ExpressibleByArgument {}

/// What `--levels` says.
private func parseLevels(_ text: String) throws -> [Double] {
  let parts = text.split(separator: ",", omittingEmptySubsequences: false)
  let levels = parts.compactMap { Double($0) }.filter { (0...1).contains($0) }
  guard levels.count == parts.count else {
    throw ValidationError("expected numbers in 0…1, separated by commas, such as 0.5,0.9,0.99")
  }
  return levels
}

private func listed(_ levels: [Double]) -> String { levels.map { "\($0)" }.joined(separator: ",") }
