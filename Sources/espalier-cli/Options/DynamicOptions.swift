import ArgumentParser
import Espalier

/// How a network is made dynamic: what each sample may leave out.
struct DynamicOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Compare the network with a dynamic one on the test set, one sample at a time: each sample decides what is computed. "
        + "Thresholds are chosen on held-out samples of the training set."))
  var dynamic = false

  @Option(
    help: ArgumentHelp(
      "With --dynamic: train a classifier on the activation of this node, or on 'input', by which samples may leave early; "
        + "PLACE:COUNT gives it a hidden layer of so many neurons. May be given several times.",
      valueName: "place"),
    transform: ExitName.parse)
  var exit: [ExitName] = []

  @Option(
    help: ArgumentHelp(
      "With --exit: the share of their weights that classifiers keep (default: \(ExitTraining().density)).",
      valueName: "share"))
  var exitDensity: Double?

  @Option(
    help: ArgumentHelp(
      "With --exit: what a sample has to exceed to leave: probability (the largest of the softmax) or margin (between the "
        + "two largest logits) (default: probability).", valueName: "measure"))
  var exitMeasure: ExitRule.Measure?

  @Option(
    help: ArgumentHelp(
      "With --dynamic, the activations that layers skip where that is faster: none, zeros, threshold (small ones) or "
        + "top-k (all but the largest) (default: zeros).", valueName: "which"))
  var skip: DynamicTuning.Skipping?

  @Option(
    help: ArgumentHelp(
      "With --dynamic: the accuracy that may be lost, in points, two standard errors included (default: 0.5).",
      valueName: "points"))
  var lossAllowed: Double?

  @Option(
    help: ArgumentHelp(
      "With --dynamic: how many samples of the training set thresholds are chosen on (default: 5000, or a sixth where that "
        + "is less).", valueName: "count"))
  var heldOut: Int?

  @Option(
    help: ArgumentHelp(
      "With --dynamic: decides which samples are held out, for the same count those that a recipe of this seed holds out, and "
        + "initial weights and shuffles of exits (default: 1).", valueName: "number"))
  var seed: UInt64?

  func validate() throws {
    try require("--exit-density", exitDensity, "a number above 0 and up to 1") { $0 > 0 && $0 <= 1 }
    try require("--held-out", heldOut, "a positive count") { $0 > 0 }
    try require("--loss-allowed", lossAllowed, "a number of points in 0…100") { (0...100).contains($0) }
    let needDynamic = [
      ("--exit", !exit.isEmpty), ("--exit-density", exitDensity != nil),
      ("--exit-measure", exitMeasure != nil), ("--skip", skip != nil),
      ("--loss-allowed", lossAllowed != nil), ("--held-out", heldOut != nil), ("--seed", seed != nil),
    ]
    for (option, isGiven) in needDynamic where isGiven && !dynamic {
      throw ValidationError("\(option): expected --dynamic as well")
    }
    let needExit = [
      ("--exit-density", exitDensity != nil), ("--exit-measure", exitMeasure != nil),
    ]
    for (option, isGiven) in needExit where isGiven && exit.isEmpty {
      throw ValidationError("\(option): expected --exit as well")
    }
    if Set(exit.map(\.place)).count < exit.count {
      throw ValidationError("--exit: expected places of their own, found one twice")
    }
  }

  /// Throws unless every exit is at a node of the network whose output another one reads.
  func requireExits(in network: Network, file: String) throws {
    for name in exit where !network.hasExit(at: name.place) {
      throw FormatError(
        file: file, place: "--exit \(name.place)",
        expected: "input or a node before the last that computes something",
        found: "nodes \(network.nodes.map(\.name).joined(separator: ", "))")
    }
  }

  /// The samples that exits are trained on, and those that thresholds are chosen on.
  func split(_ training: Dataset) throws -> (rest: Dataset, heldOut: Dataset) {
    try require("--held-out", heldOut, "fewer than the \(training.count) of the training set") {
      $0 < training.count
    }
    if training.count < 2 {
      throw ValidationError("--dynamic: expected at least 2 samples to train on, found \(training.count)")
    }
    let count = heldOut ?? max(1, min(5000, training.count / 6))
    return training.split(holdingOut: count, seed: seed ?? 1)
  }

  /// What was chosen.
  func tuning(isCalibrated: Bool) -> DynamicTuning {
    DynamicTuning(
      exits: exit.map { name in
        DynamicTuning.Exit(
          at: name.place,
          training: ExitTraining(
            hidden: name.hidden, density: exitDensity ?? ExitTraining().density, seed: seed ?? 1))
      },
      measure: exitMeasure ?? .probability, skipping: skip ?? .zeros, lossAllowed: (lossAllowed ?? 0.5) / 100,
      isCalibrated: isCalibrated)
  }
}

/// Where an early exit is to be, and how large its classifier.
struct ExitName {
  let place: ExitHead.Place
  let hidden: Int?

  /// What `--exit` says: a place, or a place and a number of hidden neurons.
  @Sendable
  static func parse(_ text: String) throws -> ExitName {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let hidden = parts.count == 2 ? Int(parts[1]) : nil
    guard parts.count <= 2, !parts[0].isEmpty, parts.count == 1 || (1...65536).contains(hidden ?? 0) else {
      throw ValidationError(
        "expected 'input' or the name of a node, with a colon and 1 to 65536 hidden neurons or without")
    }
    return ExitName(place: parts[0] == "input" ? .input : .node(parts[0]), hidden: hidden)
  }
}

extension DynamicTuning.Skipping: ExpressibleByArgument {}
extension ExitRule.Measure: ExpressibleByArgument {}
