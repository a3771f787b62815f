import ArgumentParser
import Espalier

/// Which channels are removed, and how many.
struct ChannelOptions: ParsableArguments {
  @Option(
    name: [.customLong("channels"), .customLong("structured")],
    help: ArgumentHelp(
      "Remove this share of the channels (neurons, filters) of every layer, or of all together with --global, so that "
        + "the network becomes smaller.", valueName: "share"))
  var channels: Double?

  @Option(
    help: ArgumentHelp(
      "Remove channels until at most this share, or this many, of the multiplications is left; those by weights that are "
        + "pruned do not count.",
      valueName: "share|count"))
  var targetMacs: Double?

  @Option(
    help: ArgumentHelp(
      "Remove channels until at most this share, or this many, of the parameters' values is left; pruned ones do not "
        + "count.",
      valueName: "share|count"))
  var targetParameters: Double?

  @Option(
    help: ArgumentHelp(
      "Remove channels until a prediction takes at most this share of its time, or this time (50us, 1.5ms), measured here.",
      valueName: "share|time"),
    transform: LatencyLimit.parse)
  var targetLatency: LatencyLimit?

  @Option(
    help: ArgumentHelp(
      "What tells which channels matter (default: magnitude): "
        + ImportanceName.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "name"))
  var importance: ImportanceName?

  @Option(
    help: ArgumentHelp(
      "How the importances of all that goes with a channel become one (default: sum): "
        + GroupImportance.Reduction.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "name")
  )
  var groupReduction: GroupImportance.Reduction?

  @Flag(help: "Rank the channels of all layers together: layers that matter less lose more.")
  var global = false

  @Flag(
    help: ArgumentHelp(
      "With --global, compare importances as they are, not in units of their layer's mean. Only then do the reductions "
        + "sum and mean differ."))
  var rawImportance = false

  @Option(
    help: ArgumentHelp(
      "Round the channels that stay up to multiples of this (default: 1).", valueName: "count"))
  var roundTo: Int?

  func validate() throws {
    try require("--channels", channels, "a share from 0 to 1") { (0...1).contains($0) }
    try require("--target-macs", targetMacs, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    try require("--target-parameters", targetParameters, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    try require("--round-to", roundTo, "a number of at least 1") { $0 >= 1 }
    if rawImportance, !global {
      throw ValidationError("--raw-importance: expected --global as well, found none")
    }
    let targets = targets.map(\.option)
    guard targets.count <= 1 else {
      throw ValidationError("expected one amount, found \(targets.joined(separator: " and "))")
    }
    if targets.isEmpty, let idle = choices.first {
      throw ValidationError(
        "\(idle): expected --channels or a target such as --target-macs as well, found none")
    }
  }

  /// The options that were given.
  var given: [String] { targets.map(\.option) + choices }

  /// How far the network is to shrink; nil where no channels are to go.
  var target: StructuredTarget? { targets.first?.target }

  /// The pruner; each layer keeps at least `floor` channels, and those of other layers than `layers` all stay.
  func pruner(floor: Int, layers: [String]?, of network: Network) -> StructuredPruner {
    let names = network.nodes.map(\.name)
    return StructuredPruner(
      importance: (importance ?? .magnitude)
        .importance(reduction: groupReduction ?? .sum, isNormalized: !rawImportance),
      ranking: global ? .global : .local, multiple: roundTo ?? 1, minimumKept: floor,
      excluding: layers.map { Set(names).subtracting($0) } ?? [])
  }

  private var targets: [(option: String, target: StructuredTarget)] {
    [
      channels.map { ("--channels", .channels($0)) },
      targetMacs.map { ("--target-macs", .atMost(limit($0), .multiplyAccumulates)) },
      targetParameters.map { ("--target-parameters", .atMost(limit($0), .parameters)) },
      targetLatency.map { ("--target-latency", .atMost($0.limit, .latency)) },
    ].compactMap { $0 }
  }

  private var choices: [String] {
    [
      ("--importance", importance != nil), ("--group-reduction", groupReduction != nil), ("--global", global),
      ("--round-to", roundTo != nil), ("--raw-importance", rawImportance),
    ].filter(\.1).map(\.0)
  }

  /// Numbers up to 1 are shares.
  private func limit(_ number: Double) -> StructuredTarget.Limit {
    number <= 1 ? .share(number) : .amount(number)
  }
}

/// A share of the time that a prediction takes, or a time.
struct LatencyLimit {
  let limit: StructuredTarget.Limit

  /// What `--target-latency` says.
  static func parse(_ text: String) throws -> LatencyLimit {
    for (unit, seconds) in [("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1)] where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number > 0, number.isFinite else { break }
      return LatencyLimit(limit: .amount(number * seconds))
    }
    guard let share = Double(text), share > 0, share <= 1 else {
      throw ValidationError("expected a share above 0 and up to 1, or a time such as 50us or 1.5ms")
    }
    return LatencyLimit(limit: .share(share))
  }
}

extension ImportanceName: ExpressibleByArgument {}
extension GroupImportance.Reduction: ExpressibleByArgument {}
