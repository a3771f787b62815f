import ArgumentParser
import Espalier

/// What a search is to reach, and how.
struct SearchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("At least this share of all weights is to go, 0 to 1.", valueName: "share"))
  var targetSparsity: Double?

  @Option(
    help: ArgumentHelp(
      "At most this share, or this many, of the multiplications is to be left.", valueName: "share|count"))
  var targetMacs: Double?

  @Option(
    help: ArgumentHelp(
      "The file is to have at most this share of its bytes, or this size (50KB, 1.5MB); it is written as compact does.",
      valueName: "share|size"),
    transform: SizeLimit.parse)
  var targetFileSize: SizeLimit?

  @Option(
    help: ArgumentHelp(
      "A prediction is to take at most this share of its time, or this time (50us, 1.5ms), measured here.",
      valueName: "share|time"),
    transform: LatencyLimit.parse)
  var targetLatency: LatencyLimit?

  @Option(
    help: ArgumentHelp("The samples of a batch whose time is measured (default: 1).", valueName: "count"))
  var batch: Int?

  @Option(
    help: ArgumentHelp(
      "The accuracy that may be lost on the held-out samples, in points (default: any).", valueName: "points")
  )
  var lossAllowed: Double?

  @Option(help: ArgumentHelp("magnitude, wanda, obd, sparsegpt, obs or admm.", valueName: "name"))
  var method = OneShotMethodName.sparsegpt

  @Option(
    help: ArgumentHelp(
      "The patterns that layers are tried in besides, N:M separated by commas, or none.",
      valueName: "patterns"))
  var patterns = PruningSearchSettings.standardPatterns.map { "\($0.kept):\($0.group)" }.joined(
    separator: ",")

  @Option(help: ArgumentHelp("Prune only these layers, names separated by commas.", valueName: "names"))
  var layers: String?

  @Option(help: ArgumentHelp("Training samples that calibrate the pruning.", valueName: "count"))
  var samples = 512

  @Option(
    help: ArgumentHelp(
      "Training samples that candidates are judged by, others than those (default: 10000, or half where that is less).",
      valueName: "count"))
  var heldOut: Int?

  @Flag(help: "Do not read their labels: judge by the answers that the network gave before.")
  var unlabelled = false

  @Option(help: ArgumentHelp("Candidates of a generation.", valueName: "count"))
  var population = 16

  @Option(help: ArgumentHelp("Generations.", valueName: "count"))
  var generations = 8

  @Option(help: ArgumentHelp("Decides what is drawn at random.", valueName: "number"))
  var seed: UInt64 = 1

  func validate() throws {
    try require("--target-sparsity", targetSparsity, "0 to 1") { (0...1).contains($0) }
    try require("--target-macs", targetMacs, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    try require("--loss-allowed", lossAllowed, "a number of points in 0…100") { (0...100).contains($0) }
    try require("--batch", batch, "a count from 1 to 65536") { (1...65536).contains($0) }
    try require("--samples", samples, "a positive count") { $0 > 0 }
    try require("--held-out", heldOut, "a positive count") { $0 > 0 }
    try require("--population", population, "a count from 2 to 65536") { (2...65536).contains($0) }
    try require("--generations", generations, "a count of 0 to 65536") { (0...65536).contains($0) }
    _ = try chosenPatterns
    guard targets.count == 1 else {
      let found = targets.isEmpty ? "none" : targets.map(\.option).joined(separator: " and ")
      throw ValidationError(
        "expected one of --target-sparsity, --target-macs, --target-file-size and --target-latency, found \(found)"
      )
    }
    if batch != nil, targetLatency == nil {
      throw ValidationError("--batch: expected --target-latency as well")
    }
  }

  /// The search for a network, judged by samples of a training set.
  func search(for network: Network, training: Dataset) throws -> PruningSearch {
    let heldOut = heldOut ?? max(min(10_000, training.count / 2), 1)
    guard samples <= training.count, heldOut <= training.count - samples else {
      throw ValidationError(
        "--held-out, --samples: expected at most the \(training.count) of the training set together, found "
          + "\(heldOut) and \(samples)")
    }
    return PruningSearch(
      pruning: OneShotPruning(
        method: method.method(), amounts: .uniform(0),
        layers: try oneShotLayerNames(layers, of: network)),
      target: targets[0].target,
      settings: PruningSearchSettings(
        lossAllowed: lossAllowed.map { $0 / 100 }, population: population, generations: generations,
        patterns: try chosenPatterns, heldOut: heldOut,
        calibration: samples, usesLabels: !unlabelled, batchSize: batch ?? 1, seed: seed))
  }

  private var chosenPatterns: [NOfM] {
    get throws {
      guard patterns != "none" else { return [] }
      let found = try patterns.split(separator: ",", omittingEmptySubsequences: false).map {
        try NOfM("--patterns", $0)
      }
      guard Set(found).count == found.count else {
        throw ValidationError("--patterns: expected each once, found \(patterns)")
      }
      return found
    }
  }

  private var targets: [(option: String, target: SearchTarget)] {
    [
      targetSparsity.map { ("--target-sparsity", .sparsity($0)) },
      targetMacs.map { ("--target-macs", .atMost($0 <= 1 ? .share($0) : .amount($0), .multiplyAccumulates)) },
      targetFileSize.map { ("--target-file-size", .atMost($0.limit, .fileBytes)) },
      targetLatency.map { ("--target-latency", .atMost($0.limit, .latency)) },
    ].compactMap { $0 }
  }
}

/// A share of the bytes that a file takes, or a size.
struct SizeLimit {
  let limit: StructuredTarget.Limit

  /// What `--target-file-size` says.
  static func parse(_ text: String) throws -> SizeLimit {
    for (unit, bytes) in [("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1)] where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number > 0, (number * bytes).isFinite else {
        break
      }
      return SizeLimit(limit: .amount((number * bytes).rounded(.down)))
    }
    guard let share = Double(text), share > 0, share <= 1 else {
      throw ValidationError("expected a share above 0 and up to 1, or a size such as 50KB or 1.5MB")
    }
    return SizeLimit(limit: .share(share))
  }
}
