import ArgumentParser
import Espalier

/// Prunes a saved network.
struct PruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Prune a saved network by a threshold.",
    discussion: "What was pruned before stays pruned. Prints the survivors' report.")

  @Argument(help: "The network's file.")
  var file: String

  @Option(
    help: ArgumentHelp(
      "Prune weights below this multiple of their layer's standard deviation (default: 2).",
      valueName: "multiple"))
  var sensitivity: Double?

  @Option(
    help: ArgumentHelp(
      "Prune weights of smaller magnitude than this, in every layer.", valueName: "magnitude"))
  var threshold: Float?

  @Option(help: ArgumentHelp("Only these layers, separated by commas, such as fc1,fc2.", valueName: "names"))
  var layers: String?

  @Flag(help: "Prune biases as well as weights.")
  var biases = false

  @OptionGroup var compute: ComputeOptions

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var output = "pruned.safetensors"

  @Flag(help: "Print the report as one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws {
    try require("--sensitivity", sensitivity, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    try require("--threshold", threshold, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    if sensitivity != nil, threshold != nil {
      throw ValidationError("expected --sensitivity or --threshold, found both")
    }
  }

  func run() throws {
    try compute {
      var stored = try NetworkFile(contentsOf: file)
      let selection = try makeSelection(stored.network)
      try AtomicFile.requireWritable(output)
      let results =
        if let threshold {
          stored.network.prune(threshold: threshold, selection)
        } else {
          stored.network.prune(standardDeviations: sensitivity ?? 2, selection)
        }
      try stored.write(to: output)
      let report = InspectionReport(of: stored.network, thresholds: results)
      try Console.print(json ? JSONText.encode(report) : "\(SurvivorReport(of: stored.network))")
    }
  }

  private func makeSelection(_ network: Network) throws -> ParameterSelection {
    let known = network.parameters.map(\.path.node)
    let names = layers?.split(separator: ",").map(String.init) ?? known
    if let unknown = names.isEmpty ? "none" : names.first(where: { !known.contains($0) }) {
      var distinct: [String] = []
      for name in known where !distinct.contains(name) { distinct.append(name) }
      throw ValidationError(
        "--layers: expected some of \(distinct.joined(separator: ", ")), found \(unknown)")
    }
    let biases = biases
    return ParameterSelection { path, parameter in
      names.contains(path.node) && (parameter.role == .weight || biases)
    }
  }
}
