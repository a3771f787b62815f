import ArgumentParser
import Espalier

/// Reports the survivors of a saved network, and what it costs.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Report the survivors of a saved network and what it costs, layer by layer.",
    discussion: """
      Values that are left; multiplications of a weight by an activation for one sample (MACs), all and those of weights \
      that are left; bytes of a sample's output (0 where a layer works in its input's memory); the working memory of a \
      prediction by the layers as they are stored (what bench-model and --latency measure folds normalisations and \
      selections of channels into other layers first, and may take less); the file's size; and with --latency the median time of a batch and of each step.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @Flag(help: "Measure predictions, as bench-model does.")
  var latency = false

  @Option(
    help: ArgumentHelp("Samples a batch, for working memory and --latency (default: 1).", valueName: "count"))
  var batch: Int?

  @OptionGroup var plan: PlanOptions
  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print the report as one JSON object on standard output.")
  var json = false

  func validate() throws {
    try require("--batch", batch, "a count from 1 to 65536") { (1...65536).contains($0) }
    if !latency, !plan.calibrate || plan.values != .single {
      throw ValidationError(
        "\(plan.calibrate ? "--values" : "--no-calibrate"): expected --latency as well, found none")
    }
  }

  func run() throws {
    try compute {
      let network = try NetworkFile(contentsOf: file).network
      let profile = latency ? plan.makePlan(for: network, batchSize: batch ?? 1).profile(seconds: 0.5) : nil
      let cost = CostReport(
        of: network, batchSize: batch ?? 1, fileBytes: try InputFile(file).size, profile: profile)
      try Console.print(
        json
          ? JSONText.encode(InspectionReport(of: network, thresholds: [], cost: cost))
          : "\(SurvivorReport(of: network))\n\n\(CostTable(cost))")
    }
  }
}

/// The survivors' report as JSON.
struct InspectionReport: Encodable {
  let alive: Int
  let total: Int
  /// Null when nothing is left.
  let compression: Double?
  let layers: [RunReport.Layer]
  let cost: CostReport

  init(of network: Network, thresholds: [PrunedParameter], cost: CostReport) {
    let report = SurvivorReport(of: network)
    alive = report.alive
    total = report.total
    compression = report.compression.isFinite ? report.compression : nil
    layers = report.layers(thresholds: thresholds)
    self.cost = cost
  }

  private enum CodingKeys: CodingKey { case alive, total, compression, layers, cost }

  /// All keys always, so that readers need not test for them.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(alive, forKey: .alive)
    try container.encode(total, forKey: .total)
    try container.encode(compression, forKey: .compression)
    try container.encode(layers, forKey: .layers)
    try container.encode(cost, forKey: .cost)
  }
}
