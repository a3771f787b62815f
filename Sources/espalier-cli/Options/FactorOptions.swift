import ArgumentParser
import Espalier

/// Rank, residual and what else decides a factorisation.
struct FactorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The smallest rank whose singular values hold this share of their squares, above 0 to 1.",
      valueName: "share"))
  var energy: Double?

  @Option(help: ArgumentHelp("The same rank for all layers, at most their full one.", valueName: "count"))
  var rank: Int?

  @Option(
    help: ArgumentHelp(
      "The largest rank that takes at most this share of a layer's multiplications, above 0 to 1.",
      valueName: "share"))
  var macs: Double?

  @Option(
    help: ArgumentHelp(
      "The share of its weights, 0 to below 1, that a sparse layer beside the factors has.",
      valueName: "share"))
  var residual = 0.0

  @Flag(help: "Make the error of the weights small, rather than that of the outputs on calibration samples.")
  var unweighted = false

  @Option(help: ArgumentHelp("Added to the moments' diagonal, as a share of its mean.", valueName: "share"))
  var damping = 0.01

  @Flag(help: "Factorise layers that take as many multiplications, or more, than before, too.")
  var allowLarger = false

  @Option(help: ArgumentHelp("Factorise only these layers, names separated by commas.", valueName: "names"))
  var layers: String?

  func validate() throws {
    try require("--energy", energy, "above 0 to 1") { $0 > 0 && $0 <= 1 }
    try require("--rank", rank, "a positive count") { $0 > 0 }
    try require("--macs", macs, "above 0 to 1") { $0 > 0 && $0 <= 1 }
    try require("--residual", residual, "0 to below 1") { (0..<1).contains($0) }
    try require("--damping", damping, "a share of 0 to 1000000") { (0...1e6).contains($0) }
    _ = try choice
  }

  /// The factorisation for a network.
  func factorisation(of network: Network) throws -> LowRankFactorisation {
    LowRankFactorisation(
      rank: try choice, residual: residual, weightsByInputs: !unweighted, damping: damping,
      allowsLarger: allowLarger, layers: try oneShotLayerNames(layers, of: network))
  }

  private var choice: RankChoice {
    get throws {
      let choices = [
        energy.map(RankChoice.energy), rank.map(RankChoice.rank), macs.map(RankChoice.multiplyAccumulates),
      ].compactMap(\.self)
      guard choices.count == 1 else {
        throw ValidationError(
          "--energy, --rank, --macs: expected one of them, found \(choices.isEmpty ? "none" : "several")")
      }
      return choices[0]
    }
  }
}
