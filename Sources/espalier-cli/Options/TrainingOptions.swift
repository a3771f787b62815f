import ArgumentParser
import Espalier

/// How a network is trained. Options that are not given keep the values of the settings they are laid over.
struct TrainingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Samples a step (default: 64).", valueName: "count"))
  var batchSize: Int?

  @Option(help: ArgumentHelp("sgd, adam or adamw (default: adam).", valueName: "name"))
  var optimizer: TrainingSettings.OptimizerName?

  @Option(
    help: ArgumentHelp("The step size (default: 0.002 for adam and adamw, 0.05 for sgd).", valueName: "rate"))
  var learningRate: Double?

  @Option(help: ArgumentHelp("SGD's momentum, in 0 ..< 1 (default: 0.9).", valueName: "share"))
  var momentum: Double?

  @Flag(help: "Let SGD look ahead along its velocity (Nesterov).")
  var nesterov = false

  @Option(
    help: ArgumentHelp(
      "Weight decay: in the gradient for sgd and adam, apart from it for adamw (default: 0.0002).",
      valueName: "strength"))
  var weightDecay: Double?

  @Option(
    help: ArgumentHelp(
      "How the rate changes: constant, step (a tenth after each third), exponential (to a hundredth), cosine (to 0) "
        + "(default: cosine).", valueName: "name"))
  var schedule: TrainingSettings.ScheduleName?

  @Option(help: ArgumentHelp("Epochs of linear warm-up (default: 0).", valueName: "epochs"))
  var warmUp: Double?

  @Option(
    help: ArgumentHelp("Label smoothing of the cross-entropy, in 0…1 (default: 0).", valueName: "share"))
  var labelSmoothing: Double?

  @Option(
    help: ArgumentHelp(
      "Let this share of each sparse layer's weakest weights grow at other places before every epoch but the first "
        + "(sparse evolutionary training; 0.3 is usual; default: none).", valueName: "share"))
  var evolve: Double?

  @Option(
    help: ArgumentHelp("Decides initial weights, shuffles and dropout (default: 1).", valueName: "number"))
  var seed: UInt64?

  func validate() throws {
    try require("--batch-size", batchSize, "a count from 1 to 16777215") { $0 > 0 && $0 < 1 << 24 }
    try require("--learning-rate", learningRate, "a positive number") { $0 > 0 && $0.isFinite }
    try require("--momentum", momentum, "a number in 0 ..< 1") { (0..<1).contains($0) }
    try require("--weight-decay", weightDecay, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    try require("--warm-up", warmUp, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    try require("--label-smoothing", labelSmoothing, "a number in 0…1") { (0...1).contains($0) }
    try require("--evolve", evolve, "a number in 0…1") { (0...1).contains($0) }
  }

  /// The options that were given.
  var given: [String] {
    let options: [(String, Bool)] = [
      ("--batch-size", batchSize != nil), ("--optimizer", optimizer != nil),
      ("--learning-rate", learningRate != nil),
      ("--momentum", momentum != nil), ("--nesterov", nesterov), ("--weight-decay", weightDecay != nil),
      ("--schedule", schedule != nil), ("--warm-up", warmUp != nil),
      ("--label-smoothing", labelSmoothing != nil),
      ("--evolve", evolve != nil), ("--seed", seed != nil),
    ]
    return options.filter(\.1).map(\.0)
  }

  /// The chosen settings over `fallback`; throws when one of them would do nothing.
  func settings(over fallback: TrainingSettings = TrainingSettings()) throws -> TrainingSettings {
    var settings = fallback
    if let batchSize { settings.batchSize = batchSize }
    if let optimizer { settings.optimizer = optimizer }
    if let learningRate { settings.learningRate = learningRate }
    if let momentum { settings.momentum = momentum }
    if nesterov { settings.nesterov = true }
    if let weightDecay { settings.weightDecay = weightDecay }
    if let schedule { settings.schedule = schedule }
    if let warmUp { settings.warmUp = warmUp }
    if let labelSmoothing { settings.labelSmoothing = labelSmoothing }
    if let evolve { settings.evolve = evolve }
    if let seed { settings.seed = seed }
    if momentum != nil, settings.optimizer != .sgd {
      throw ValidationError("--momentum: expected --optimizer sgd as well")
    }
    if nesterov, settings.optimizer != .sgd || settings.momentum == 0 {
      throw ValidationError("--nesterov: expected --optimizer sgd with momentum")
    }
    return settings
  }
}

extension TrainingOptions {
  /// Throws if `--evolve` asks for weights to move where none ever will: without free places, or in the very first epoch.
  func requireEvolvable(_ network: Network, epochs: Int, epochsDone: Int) throws {
    guard let evolve, evolve > 0 else { return }
    guard network.canEvolve else {
      throw ValidationError("--evolve: expected a layer with free places to grow at, found none")
    }
    guard epochs + epochsDone > 1 else {
      throw ValidationError("--evolve: expected 2 epochs or more, for the very first moves nothing; found 1")
    }
  }
}

extension Network {
  /// Whether sparse evolutionary training finds weights to move and places to move them to.
  var canEvolve: Bool {
    parameters.contains {
      $0.parameter.role == .weight && $0.parameter.freePlaces > 0 && $0.parameter.survivors > 0
    }
  }
}

/// Throws an error that names the option unless its value, if given, is acceptable.
func require<Value>(_ option: String, _ value: Value?, _ expected: String, _ accepts: (Value) -> Bool) throws
{
  if let value, !accepts(value) { throw ValidationError("\(option): expected \(expected), found \(value)") }
}

/// Throws an error that names the option unless so many epochs can be counted and their time told.
func requireEpochs(_ option: String, _ count: Int, from least: Int) throws {
  let range = least...1_000_000
  try require(option, count, "\(range.lowerBound) to \(range.upperBound)", range.contains)
}

extension TrainingSettings.OptimizerName: ExpressibleByArgument {}
extension TrainingSettings.ScheduleName: ExpressibleByArgument {}
