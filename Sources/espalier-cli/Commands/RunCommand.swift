import ArgumentParser
import Espalier

/// The whole experiment.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Train, prune, retrain: the whole experiment.",
    discussion: """
      Trains a dense network, prunes every layer at sensitivity × the standard deviation of its weights, and retrains \
      the survivors with the same settings. Writes dense.safetensors, pruned.safetensors, retrained.safetensors, \
      report.json and report.html (a page with figures, to look at) to the output folder, each when its phase is done. \
      With --structured or a target such as --target-macs, whole channels are removed instead, so that the network becomes \
      smaller, in --rounds of pruning and retraining. \
      With --recipe, carries out what the file says instead ('espalier recipe --example NAME' prints one), and writes \
      dense.safetensors, best.safetensors, recipe.yaml, report.json and report.html.
      """)

  @Option(help: ArgumentHelp("A recipe to carry out: YAML.", valueName: "file"))
  var recipe: String?

  @Option(help: ModelName.help, transform: ModelName.parse)
  var model: ModelName?

  @OptionGroup var connectivity: ConnectivityOptions
  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("Epochs of dense training (default: 15).", valueName: "count"))
  var epochs: Int?

  @Option(help: ArgumentHelp("Epochs of retraining (default: 15).", valueName: "count"))
  var retrainEpochs: Int?

  @Option(
    help: ArgumentHelp(
      "Prune weights below this multiple of their layer's standard deviation (default: 2).",
      valueName: "multiple"))
  var sensitivity: Double?

  @Option(
    help: ArgumentHelp(
      "Prune only these layers, separated by commas (default: all). Sparing the last one, which is small, lets the others "
        + "lose more.", valueName: "names"))
  var layers: String?

  @OptionGroup var structure: ChannelOptions

  @Option(
    help: ArgumentHelp(
      "Rounds of removing channels and retraining, on the way to the target (default: 1).", valueName: "count"
    ))
  var rounds: Int?

  @OptionGroup var preparation: PreparationOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var compute: ComputeOptions

  @Option(help: ArgumentHelp("The folder for the results; made if it is missing.", valueName: "folder"))
  var output = "espalier-run"

  @Flag(help: "Print the report as one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws {
    if let epochs { try requireEpochs("--epochs", epochs, from: 1) }
    if let retrainEpochs { try requireEpochs("--retrain-epochs", retrainEpochs, from: 0) }
    if recipe != nil, let given = optionsOfTheClassic.first {
      let isForeign =
        ["--sensitivity", "--evolve", "--density", "--epsilon", "--rounds"]
        .contains(given) || (structure.given + preparation.given).contains(given)
      throw ValidationError(
        isForeign
          ? "--recipe, \(given): expected one of them, for recipes have no such part, found both"
          : "--recipe, \(given): expected \(given.dropFirst(2)) in the recipe, found an option")
    }
    try require("--sensitivity", sensitivity, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    try require("--rounds", rounds, "a number of 1 to 1000") { (1...1000).contains($0) }
    if let target = structure.given.first {
      if sensitivity != nil {
        throw ValidationError("--sensitivity, \(target): expected one of them, found both")
      }
    } else if rounds != nil {
      throw ValidationError(
        "--rounds: expected --structured or a target such as --target-macs as well, found none")
    }
  }

  /// The options that were given and that a recipe says itself.
  private var optionsOfTheClassic: [String] {
    [
      ("--model", model != nil), ("--epochs", epochs != nil), ("--retrain-epochs", retrainEpochs != nil),
      ("--sensitivity", sensitivity != nil), ("--layers", layers != nil), ("--rounds", rounds != nil),
    ].filter(\.1).map(\.0) + structure.given + preparation.given + training.given + connectivity.given
  }

  func run() throws {
    Interruption.listen()
    try compute {
      if let recipe { try run(recipe: recipe) } else { try runClassic() }
    }
  }

  private func run(recipe path: String) throws {
    let file = try RecipeFile(contentsOf: path)
    let model = try file.parseModel(at: path)
    let sets = try data.load()
    guard file.recipe.heldOut < sets.training.count else {
      throw RecipeContradiction(
        file: path, place: "held-out",
        problem: "expected less than the \(sets.training.count) training samples, "
          + "found \(file.recipe.heldOut)")
    }
    let network = try model.makeNetwork(for: sets.training, file.recipe.training, .dense)
    if let layers = file.recipe.pruning.layers {
      try requireLayers("\(path): pruning.layers", layers, of: network)
    }
    if file.recipe.strategy.name == .rigl, let problem = problemForRigL(of: network) {
      throw RecipeContradiction(file: path, place: "strategy.name", problem: "rigl: \(problem)")
    }
    let folder = try OutputFolder(output, for: RecipeStory.files)
    let text = String(decoding: try InputFile(path).contents(maximumCount: 1 << 20), as: UTF8.self)
    if !json { try Console.print(heading("\(model) on \(sets.name)", sets, file.recipe.training)) }
    try RecipeStory(file: file, text: text, model: "\(model)", folder: folder, isQuiet: json).run(
      network, sets)
  }

  private func runClassic() throws {
    let settings = try training.settings()
    let sets = try data.load()
    let model = model ?? .standard
    let network = try model.makeNetwork(for: sets.training, settings, connectivity.connectivity)
    // Otherwise pruning makes free places for the retraining, if nothing else does.
    if retrainEpochs == 0 { try training.requireEvolvable(network, epochs: epochs ?? 15, epochsDone: 0) }
    let names = try layerNames(layers, of: network)
    let callbacks = try preparation.callbacks(for: network)
    let folder = try OutputFolder(output, for: RunStory.files)
    let title = "\(model)\(connectivity.suffix) on \(sets.name)"
    if !json { try Console.print(heading(title, sets, settings)) }
    let report: RunReport
    if let target = structure.target {
      let experiment = PruneChannelsAndRetrain(
        settings: settings, epochs: epochs ?? 15, retrainEpochs: retrainEpochs ?? 15,
        pruner: structure.pruner(floor: 1, layers: names, of: network), target: target, rounds: rounds ?? 1,
        preparation: callbacks)
      report = try run(experiment, network, sets, folder, "\(model)", title)
    } else {
      let experiment = PruneAndRetrain(
        settings: settings, epochs: epochs ?? 15, retrainEpochs: retrainEpochs ?? 15,
        sensitivity: sensitivity ?? 2, selection: .weights(of: names), preparation: callbacks)
      report = try run(experiment, network, sets, folder, "\(model)", title)
    }
    if json { return try Console.print(JSONText.encode(report)) }
    let table = SummaryTable(report, epochs: (epochs ?? 15, retrainEpochs ?? 15))
    try Console.print(
      "\n\(table)\n\n\(CostComparisonTable(report.cost))\n\nfiles in \(folder.path): "
        + RunStory.files.joined(separator: ", "))
  }

  private func run(
    _ experiment: PruneAndRetrain, _ network: Network, _ sets: DataOptions.Sets, _ folder: OutputFolder,
    _ model: String, _ title: String
  ) throws -> RunReport {
    var story = RunStory(folder: folder, experiment: experiment, origin: network, isQuiet: json)
    let end = try experiment.run(network, training: sets.training, test: sets.test) { try story.tell($0) }
    try requireFinished(end, "files of finished phases are in \(folder.path)")
    return try story.finish(model: model, title: title, sets)
  }

  private func run(
    _ experiment: PruneChannelsAndRetrain, _ network: Network, _ sets: DataOptions.Sets,
    _ folder: OutputFolder,
    _ model: String, _ title: String
  ) throws -> RunReport {
    var story = ChannelStory(folder: folder, experiment: experiment, isQuiet: json)
    let end = try experiment.run(network, training: sets.training, test: sets.test) { try story.tell($0) }
    try requireFinished(end, "files of finished phases are in \(folder.path)")
    return try story.finish(
      model: model, title: title, importance: structure.importance ?? .magnitude, sets)
  }

  private func heading(_ title: String, _ sets: DataOptions.Sets, _ settings: TrainingSettings) -> String {
    let compute = Compute.current
    return
      "\(title): \(sets.training.count) + \(sets.test.count) samples; "
      + "\(compute.backend.rawValue) (\(compute.coreName)), \(compute.threads) threads, seed \(settings.seed)"
  }
}

/// Throws unless a training came to its end.
func requireFinished(_ end: TrainingHistory.End, _ kept: String) throws {
  switch end {
  case .finished, .stoppedEarly: return
  case .stoppedByObserver, .cancelled: throw Failure.interrupted(kept)
  case .diverged: throw Failure("the loss is no longer finite: try a smaller --learning-rate (\(kept))")
  }
}
