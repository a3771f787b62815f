import ArgumentParser
import Espalier

/// Reports the survivors of a saved network.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Report the survivors of a saved network, layer by layer.")

  @Argument(help: "The network's file.")
  var file: String

  @Flag(help: "Print the report as one JSON object on standard output.")
  var json = false

  func run() throws {
    let stored = try NetworkFile(contentsOf: file)
    try Console.print(
      json
        ? JSONText.encode(InspectionReport(of: stored.network, thresholds: []))
        : "\(SurvivorReport(of: stored.network))")
  }
}

/// The survivors' report as JSON.
struct InspectionReport: Encodable {
  let alive: Int
  let total: Int
  /// Null when nothing is left.
  let compression: Double?
  let layers: [RunReport.Layer]

  init(of network: Network, thresholds: [PrunedParameter]) {
    let report = SurvivorReport(of: network)
    alive = report.alive
    total = report.total
    compression = report.compression.isFinite ? report.compression : nil
    layers = report.layers(thresholds: thresholds)
  }

  private enum CodingKeys: CodingKey { case alive, total, compression, layers }

  /// All keys always, so that readers need not test for them.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(alive, forKey: .alive)
    try container.encode(total, forKey: .total)
    try container.encode(compression, forKey: .compression)
    try container.encode(layers, forKey: .layers)
  }
}
