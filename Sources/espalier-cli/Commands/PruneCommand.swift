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
      has smaller layers. Prints what became of each layer. With --blocks, whole residual blocks are.

      Networks with batch normalisation get its statistics anew, from the first --samples training samples.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @OptionGroup var structure: ChannelOptions

  @Option(
    help: ArgumentHelp(
      "Remove this many residual blocks instead, one after another: the one without which the loss on training samples "
        + "rises least.", valueName: "count"))
  var blocks: Int?

  @Flag(help: "Keep the running statistics of batch normalisation, which are measured anew otherwise.")
  var keepStatistics = false

  @OptionGroup var pruning: PruningOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var compute: ComputeOptions

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var output = "pruned.safetensors"

  @Flag(help: "Print the report as one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws {
    try require("--blocks", blocks, "a number of at least 1") { $0 >= 1 }
    if blocks != nil, let other = (structure.given + pruning.choicesOfWeights).first {
      throw ValidationError("--blocks, \(other): expected one of them, found both")
    }
    guard let target = structure.given.first, let other = pruning.choicesOfWeights.first else { return }
    throw ValidationError("\(target), \(other): expected one of them, found both")
  }

  func run() throws {
    try compute {
      if let blocks {
        try removeBlocks(blocks)
      } else if let target = structure.target {
        try removeChannels(to: target)
      } else {
        try pruneWeights()
      }
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
    try recalibrate(&stored.network)
    try stored.write(to: output)
    try Console.print(json ? JSONText.encode(pruned.report) : "\(pruned.report)")
  }

  private func removeBlocks(_ count: Int) throws {
    var stored = try NetworkFile(contentsOf: file)
    let sets = try data.load()
    try sets.requireFit(stored.network, file: file)
    try AtomicFile.requireWritable(output)
    let before = stored.network.multiplyAccumulates.surviving
    let (network, removed) = try BlockRemoval()
      .remove(count, from: stored.network, samples: sets.training.prefix(pruning.samples))
    stored.network = network
    try recalibrate(&stored.network)
    try stored.write(to: output)
    let report = BlockReport(
      removed: removed,
      multiplyAccumulates: .init(before: before, after: network.multiplyAccumulates.surviving))
    try Console.print(json ? JSONText.encode(report) : report.description)
  }

  private func pruneWeights() throws {
    var stored = try NetworkFile(contentsOf: file)
    let (pruner, amount) = try pruning.pruner(for: stored.network)
    let samples = try calibrationSamples(pruner.criterion, stored.network)
    try AtomicFile.requireWritable(output)
    let results = pruner.prune(&stored.network, to: amount, samples: samples, seed: pruning.seed)
    Console.warn(
      ofCutOff: results.filter { $0.isCutOff && stored.network[$0.path]?.role == .weight }.map(\.path))
    try recalibrate(&stored.network)
    let size = try stored.write(to: output)
    let report = InspectionReport(
      of: stored.network, thresholds: results, cost: CostReport(of: stored.network, fileBytes: size))
    try Console.print(json ? JSONText.encode(report) : "\(SurvivorReport(of: stored.network))")
  }

  /// Measures the running statistics of batch normalisation anew, for pruning has changed what layers put out. Not where the
  /// data that are found without being asked for do not fit the network.
  private func recalibrate(_ network: inout Network) throws {
    guard !keepStatistics, !network.statistics.isEmpty else { return }
    let sets = try data.load()
    do { try sets.requireFit(network, file: file) } catch let error as FormatError where data.data == nil {
      return Console.log.warning("the statistics of batch normalisation stay as they are: \(error)")
    }
    network.recalibrateBatchNorm(on: sets.training.prefix(pruning.samples))
  }

  /// The first training samples, if the criterion looks at any.
  private func calibrationSamples(_ criterion: any PruningCriterion, _ network: Network) throws -> Dataset? {
    guard criterion.needs > .weights else { return nil }
    let sets = try data.load()
    try sets.requireFit(network, file: file)
    return sets.training.prefix(pruning.samples)
  }
}

/// What `prune --blocks` prints.
private struct BlockReport: Encodable, CustomStringConvertible {
  struct Change: Encodable {
    let before: Int
    let after: Int
  }

  let removed: [BlockRemoval.Cost]
  let multiplyAccumulates: Change

  var description: String {
    let lines = removed.map { cost in
      "removed \(cost.block.nodes.joined(separator: ", ")): the loss rises by \(cost.cost.formatted(decimals: 4))"
    }
    return (lines + ["multiplications left: \(multiplyAccumulates.before) -> \(multiplyAccumulates.after)"])
      .joined(separator: "\n")
  }
}
