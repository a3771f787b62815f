import ArgumentParser
import Espalier

/// Prunes a saved network.
struct PruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Prune a saved network.",
    discussion: """
      Criterion, pattern, distribution and amount are chosen independently; by default, weights below twice their layer's \
      standard deviation go. What was pruned before stays pruned. Prints the survivors' report.

      With --channels, or a target such as --target-macs, whole channels are removed instead: the network that is written \
      has smaller layers. Prints what became of each layer.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @OptionGroup var structure: ChannelOptions
  @OptionGroup var pruning: PruningOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var compute: ComputeOptions

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var output = "pruned.safetensors"

  @Flag(help: "Print the report as one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws {
    guard let target = structure.given.first, let other = pruning.choicesOfWeights.first else { return }
    throw ValidationError("\(target), \(other): expected one of them, found both")
  }

  func run() throws {
    try compute {
      if let target = structure.target { try removeChannels(to: target) } else { try pruneWeights() }
    }
  }

  private func removeChannels(to target: StructuredTarget) throws {
    var stored = try NetworkFile(contentsOf: file)
    let pruner = structure.pruner(
      floor: pruning.floor ?? 1, layers: try layerNames(pruning.layers, of: stored.network),
      of: stored.network)
    let samples = try calibrationSamples(pruner.importance.criterion, stored.network)
    try AtomicFile.requireWritable(output)
    let pruned = try pruner.prune(
      stored.network, to: target, samples: samples, seed: pruning.seed, measure: { $0.measuredLatency() })
    stored.network = pruned.network
    try stored.write(to: output)
    try Console.print(json ? JSONText.encode(pruned.report) : "\(pruned.report)")
  }

  private func pruneWeights() throws {
    var stored = try NetworkFile(contentsOf: file)
    let (pruner, amount) = try pruning.pruner(for: stored.network)
    let samples = try calibrationSamples(pruner.criterion, stored.network)
    try AtomicFile.requireWritable(output)
    let results = pruner.prune(&stored.network, to: amount, samples: samples, seed: pruning.seed)
    Console.warn(
      ofCutOff: results.filter { $0.isCutOff && stored.network[$0.path]?.role == .weight }.map(\.path))
    let size = try stored.write(to: output)
    let report = InspectionReport(
      of: stored.network, thresholds: results, cost: CostReport(of: stored.network, fileBytes: size))
    try Console.print(json ? JSONText.encode(report) : "\(SurvivorReport(of: stored.network))")
  }

  /// The first training samples, if the criterion looks at any.
  private func calibrationSamples(_ criterion: any PruningCriterion, _ network: Network) throws -> Dataset? {
    guard criterion.needs > .weights else { return nil }
    let sets = try data.load()
    try sets.requireFit(network, file: file)
    return sets.training.prefix(pruning.samples)
  }
}
