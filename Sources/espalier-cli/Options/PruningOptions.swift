import ArgumentParser
import Espalier

/// How a network is pruned: criterion, pattern, distribution and amount.
struct PruningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which weights matter: \(CriterionName.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "name"))
  var criterion = "magnitude"

  @Option(
    help: ArgumentHelp(
      "Which weights go together: \(PatternName.forms). Wanda is meant for weights-per-row.",
      valueName: "name"))
  var pattern = "weights"

  @Option(
    help: ArgumentHelp(
      "How much each layer gives: \(DistributionName.allCases.map(\.rawValue).joined(separator: ", ")) "
        + "(default: uniform).",
      valueName: "name"))
  var distribution: String?

  @Option(
    help: ArgumentHelp(
      "Prune until this share of all units is gone, such as 0.95. Units are single weights, or the pattern's pieces.",
      valueName: "share"))
  var sparsity: Double?

  @Option(help: ArgumentHelp("Prune this share of the units that are left.", valueName: "share"))
  var fraction: Double?

  @Option(help: ArgumentHelp("Prune this many units more.", valueName: "units"))
  var count: Int?

  @Option(help: ArgumentHelp("Prune until one unit of so many is left.", valueName: "rate"))
  var compression: Double?

  @Option(
    help: ArgumentHelp(
      "Prune weights below this multiple of their layer's standard deviation (default: 2).",
      valueName: "multiple"))
  var sensitivity: Double?

  @Option(
    help: ArgumentHelp(
      "Prune units with a score, such as a magnitude, below this in every layer.", valueName: "score"))
  var threshold: Float?

  @Option(
    help: ArgumentHelp(
      "Prune each of these layers to a sparsity of its own, such as fc1=0.95,fc2=0.9.",
      valueName: "layer=share,…"))
  var perLayer: String?

  @Option(
    name: .customLong("mask-of"),
    help: ArgumentHelp("Prune what is pruned in this network, which has the same layers.", valueName: "file"))
  var maskOf: String?

  @Option(help: ArgumentHelp("Only these layers, separated by commas, such as fc1,fc2.", valueName: "names"))
  var layers: String?

  @Flag(help: "Prune biases as well as weights.")
  var biases = false

  @Option(
    help: ArgumentHelp(
      "Leave each layer at least so many units (default: 1, and 0 with thresholds, which say themselves what goes).",
      valueName: "units"))
  var floor: Int?

  @Option(
    help: ArgumentHelp(
      "Training samples for criteria that look at gradients or activations, and for statistics.",
      valueName: "count"))
  var samples = 512

  @Option(help: ArgumentHelp("Decides what is drawn at random.", valueName: "number"))
  var seed: UInt64 = 1

  func validate() throws {
    try require("--sparsity", sparsity, "a share from 0 to 1") { (0...1).contains($0) }
    try require("--fraction", fraction, "a share from 0 to 1") { (0...1).contains($0) }
    try require("--count", count, "a number of at least 0") { $0 >= 0 }
    try require("--compression", compression, "a number of at least 1") { $0 >= 1 && $0.isFinite }
    try require("--sensitivity", sensitivity, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    try require("--threshold", threshold, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    try require("--floor", floor, "a number of at least 0") { $0 >= 0 }
    try require("--samples", samples, "a number of at least 1") { $0 >= 1 }
    _ = try choice()
    let given = amounts.map(\.option)
    guard given.count <= 1 else {
      throw ValidationError("expected one amount, found \(given.joined(separator: " and "))")
    }
    guard criterion == "magnitude" || (!given.isEmpty && sensitivity == nil) else {
      throw ValidationError(
        "--criterion \(criterion): expected an amount such as --sparsity 0.9, for only magnitudes compare with standard "
          + "deviations")
    }
    if distribution != nil, isThreshold || amount == .given {
      throw ValidationError(
        "--distribution: expected an amount to share out, such as --sparsity 0.9, found \(given.first ?? "none")"
      )
    }
    if perLayer != nil, layers != nil {
      throw ValidationError("--per-layer, --layers: expected one of them, found both")
    }
    if case .standardDeviations = amount, !["weights", "weights-per-row"].contains(pattern) {
      throw ValidationError(
        "--pattern \(pattern): expected an amount such as --sparsity 0.9, for only single weights compare with standard "
          + "deviations")
    }
    if maskOf != nil, criterion != "magnitude" || pattern != "weights" {
      throw ValidationError(
        "--mask-of: expected no --criterion and no --pattern, for the file says what goes")
    }
  }

  /// The options that were given and that say nothing of whole channels.
  var choicesOfWeights: [String] {
    [
      ("--criterion", criterion != "magnitude"), ("--pattern", pattern != "weights"),
      ("--distribution", distribution != nil), ("--biases", biases),
    ].filter(\.1).map(\.0) + amounts.map(\.option)
  }

  /// The options that say how much goes, of those that were given.
  private var amounts: [(option: String, amount: PruningAmount)] {
    var found: [(String, PruningAmount)] = []
    if let sparsity { found.append(("--sparsity", .sparsity(sparsity))) }
    if let fraction { found.append(("--fraction", .fraction(fraction))) }
    if let count { found.append(("--count", .count(count))) }
    if let compression { found.append(("--compression", .compression(compression))) }
    if let sensitivity { found.append(("--sensitivity", .standardDeviations(sensitivity))) }
    if let threshold { found.append(("--threshold", .threshold(threshold))) }
    if perLayer != nil { found.append(("--per-layer", .given)) }
    if maskOf != nil { found.append(("--mask-of", .threshold(0.5))) }
    if PatternName(pattern)?.pattern().fixedDensity != nil { found.append(("--pattern \(pattern)", .given)) }
    return found
  }

  private var isThreshold: Bool {
    switch amount {
    case .threshold, .standardDeviations: true
    default: false
    }
  }

  /// How much goes.
  var amount: PruningAmount { amounts.first?.amount ?? .standardDeviations(2) }

  /// What was chosen, the names of layers unchecked.
  func choice() throws -> PruningChoice {
    guard let pattern = PatternName(pattern) else {
      throw ValidationError("--pattern: expected \(PatternName.forms), found \(pattern)")
    }
    return PruningChoice(
      criterion: try named("--criterion", criterion), pattern: pattern,
      distribution: try named("--distribution", distribution ?? "uniform"),
      perLayer: try perLayerSparsities(),
      floor: floor ?? (isThreshold ? 0 : 1),
      layers: layers.map { $0.split(separator: ",").map(String.init) }, biases: biases, samples: samples)
  }

  /// The pruner and the amount for a network; throws when a name or a count does not fit it.
  func pruner(for network: Network) throws -> (Pruner, PruningAmount) {
    let choice = try choice()
    if let layers = choice.layers { try requireLayers("--layers", layers, of: network) }
    if let perLayer = choice.perLayer {
      try requireLayers("--per-layer", perLayer.keys.sorted(), of: network)
    }
    var pruner = choice.pruner
    if let maskOf { pruner.criterion = try Self.masks(of: maskOf, for: network) }
    if let count {
      let units = pruner.unitsAlive(in: network)
      try require("--count", count, "at most the \(units) units that are left") { $0 <= units }
    }
    return (pruner, amount)
  }

  private func named<Name: RawRepresentable & CaseIterable>(_ option: String, _ text: String) throws -> Name
  where Name.RawValue == String {
    guard let name = Name(rawValue: text) else {
      let names = Name.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("\(option): expected one of \(names), found \(text)")
    }
    return name
  }

  private func perLayerSparsities() throws -> [String: Double]? {
    guard let perLayer else { return nil }
    var sparsities: [String: Double] = [:]
    for part in perLayer.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let sparsity = Double(sides[1]), (0...1).contains(sparsity), !sides[0].isEmpty,
        sparsities[String(sides[0])] == nil
      else {
        throw ValidationError(
          "--per-layer: expected different layers with shares from 0 to 1, such as fc1=0.95,fc2=0.9, found \(part)"
        )
      }
      sparsities[String(sides[0])] = sparsity
    }
    return sparsities
  }

  /// Ones where another network has weights, zeros where they are pruned.
  private static func masks(of file: String, for network: Network) throws -> GivenScoresCriterion {
    let other = try NetworkFile(contentsOf: file).network
    var scores: [String: Tensor] = [:]
    for (path, parameter) in network.parameters {
      guard let theirs = other[path], theirs.shape == parameter.shape else {
        throw FormatError(
          file: file, place: "\(path)", expected: "a parameter of shape \(parameter.shape)",
          found: other[path].map { "shape \($0.shape)" } ?? "none")
      }
      guard theirs.count <= Parameter.mostDenseValues else {
        throw FormatError(
          file: file, place: "\(path)",
          expected: "at most \(Parameter.mostDenseValues) weights for --mask-of",
          found: "\(theirs.count)")
      }
      let mask = theirs.mask
      scores["\(path)"] = Tensor(
        (0..<theirs.count).map { mask?[$0] ?? true ? 1 : 0 }, shape: theirs.shape)
    }
    return GivenScoresCriterion(scores)
  }
}
