import ArgumentParser
import Espalier

/// How a layer is pruned without training.
enum OneShotMethodName: String, CaseIterable, ExpressibleByArgument {
  case magnitude, wanda, obd, sparsegpt, obs, admm

  /// The method; what it does not know is nil.
  func method(
    blockSize: Int? = nil, comparison: ScoreComparison? = nil, iterations: Int? = nil
  ) -> any LayerPruningMethod {
    switch self {
    case .magnitude: MagnitudeMethod(comparison: (comparison ?? .layer).value)
    case .wanda: WandaMethod(comparison: (comparison ?? .row).value)
    case .obd: OptimalBrainDamage()
    case .sparsegpt: blockSize.map { SparseGPT(blockSize: $0) } ?? SparseGPT()
    case .obs: OptimalBrainSurgeon()
    case .admm: iterations.map { ADMMReconstruction(iterations: $0) } ?? ADMMReconstruction()
    }
  }
}

/// Among which weights the lowest scores are looked for.
enum ScoreComparison: String, CaseIterable, ExpressibleByArgument {
  case row, layer

  var value: SingleWeights.Comparison { self == .row ? .row : .parameter }
}

/// How a share of all weights is spread over the layers.
enum OneShotAmountsName: String, CaseIterable, ExpressibleByArgument {
  case uniform, erk, measured
}

/// Method, amounts and what else decides a pruning without training.
struct OneShotOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "magnitude, wanda, obd, sparsegpt, obs (exact, for layers of up to some thousand inputs) or admm.",
      valueName: "name"))
  var method = OneShotMethodName.sparsegpt

  @Option(help: ArgumentHelp("The share of weights that goes, 0 to 1.", valueName: "share"))
  var sparsity: Double?

  @Option(
    help: ArgumentHelp(
      "How it is spread: uniform, erk, or measured: solved from what the outputs lose when each layer alone is pruned "
        + "(default: measured).",
      valueName: "name"))
  var amounts: OneShotAmountsName?

  @Option(
    name: .customLong("n-of-m"),
    help: ArgumentHelp(
      "Instead of a share: of every M inputs next to each other keep N, such as 2:4.", valueName: "N:M"))
  var nOfM: String?

  @Option(
    help: ArgumentHelp(
      "Added to the moments' diagonal, as a share of its mean (default: 0.01).", valueName: "share"))
  var damping: Double?

  @Option(help: ArgumentHelp("Columns at a time for sparsegpt (default: 128).", valueName: "count"))
  var blockSize: Int?

  @Option(
    help: ArgumentHelp(
      "How often admm computes mask and weights; the time is in proportion (default: 50).", valueName: "count"
    ))
  var iterations: Int?

  @Option(
    help: ArgumentHelp(
      "What magnitude and wanda compare a weight with: those of its row, or of its layer (default: layer for magnitude, row for "
        + "wanda).", valueName: "name"))
  var comparison: ScoreComparison?

  @Flag(help: "Fit the survivors of every row once more by least squares.")
  var refit = false

  @Flag(help: "Fit every layer to its own weights, not to what it gave before earlier layers were pruned.")
  var layerwise = false

  @Option(help: ArgumentHelp("Prune only these layers, names separated by commas.", valueName: "names"))
  var layers: String?

  func validate() throws {
    try require("--sparsity", sparsity, "0 to 1") { (0...1).contains($0) }
    try require("--damping", damping, "a share of 0 to 1000000") { (0...1e6).contains($0) }
    try require("--block-size", blockSize, "a positive count") { $0 > 0 }
    try require("--iterations", iterations, "a count from 1 to 1000000") { (1...1_000_000).contains($0) }
    guard (sparsity == nil) != (nOfM == nil) else {
      throw ValidationError(
        "--sparsity, --n-of-m: expected one of them, found \(sparsity == nil ? "none" : "both")")
    }
    if amounts != nil, nOfM != nil {
      throw ValidationError("--amounts: expected --sparsity, found --n-of-m")
    }
    try requireFitting()
    if blockSize != nil, method != .sparsegpt {
      throw ValidationError("--block-size: expected --method sparsegpt, found \(method.rawValue)")
    }
    if iterations != nil, method != .admm {
      throw ValidationError("--iterations: expected --method admm, found \(method.rawValue)")
    }
    if comparison != nil, method != .magnitude, method != .wanda {
      throw ValidationError("--comparison: expected --method magnitude or wanda, found \(method.rawValue)")
    }
    _ = try pattern
  }

  /// Refuses what only matters where the weights that stay are fitted.
  private func requireFitting() throws {
    guard !method.method().reconstructs, !refit else { return }
    for (option, isGiven) in [("--damping", damping != nil), ("--layerwise", layerwise)] where isGiven {
      throw ValidationError(
        "\(option): expected a method that fits the weights that stay, or --refit, found \(method.rawValue)")
    }
  }

  /// The pruning for a network.
  func pruning(of network: Network) throws -> OneShotPruning {
    var pruning = OneShotPruning(
      method: method.method(blockSize: blockSize, comparison: comparison, iterations: iterations),
      amounts: try chosenAmounts, correctsEarlierLayers: !layerwise, refits: refit,
      layers: try oneShotLayerNames(layers, of: network))
    if let damping { pruning.damping = damping }
    return pruning
  }

  private var chosenAmounts: OneShotAmounts {
    get throws {
      if let pattern = try pattern { return .nOfM(kept: pattern.kept, of: pattern.group) }
      switch amounts ?? .measured {
      case .uniform: return .uniform(sparsity!)
      case .erk: return .erdosRenyi(sparsity!)
      case .measured: return .measured(sparsity!)
      }
    }
  }

  private var pattern: NOfM? {
    get throws {
      try nOfM.map { try NOfM("--n-of-m", $0) }
    }
  }
}
