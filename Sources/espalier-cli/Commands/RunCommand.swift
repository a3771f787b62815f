import ArgumentParser
import Espalier

/// The whole experiment.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Train, prune, retrain: the whole experiment.",
    discussion: """
      Trains a dense network, prunes every layer at sensitivity × the standard deviation of its weights, and retrains \
      the survivors with the same settings. Writes dense.safetensors, pruned.safetensors, retrained.safetensors, \
      report.json and report.html (a page with figures, to look at) to the output folder, each when its phase is done.
      """)

  @Option(
    help: ArgumentHelp(
      "lenet-300-100, or layer sizes such as 784-300-100-10 (default: \(ModelName.standard)).",
      valueName: "model"),
    transform: ModelName.parse)
  var model = ModelName.standard

  @OptionGroup var connectivity: ConnectivityOptions
  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("Epochs of dense training.", valueName: "count"))
  var epochs = 15

  @Option(help: ArgumentHelp("Epochs of retraining.", valueName: "count"))
  var retrainEpochs = 15

  @Option(
    help: ArgumentHelp(
      "Prune weights below this multiple of their layer's standard deviation.", valueName: "multiple"))
  var sensitivity = 2.0

  @OptionGroup var training: TrainingOptions
  @OptionGroup var compute: ComputeOptions

  @Option(help: ArgumentHelp("The folder for the results; made if it is missing.", valueName: "folder"))
  var output = "espalier-run"

  @Flag(help: "Print the report as one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws {
    try requireEpochs("--epochs", epochs, from: 1)
    try requireEpochs("--retrain-epochs", retrainEpochs, from: 0)
    try require("--sensitivity", sensitivity, "a number of at least 0") { $0 >= 0 && $0.isFinite }
  }

  func run() throws {
    Interruption.listen()
    try compute {
      let settings = try training.settings()
      let sets = try data.load()
      let network = try model.makeNetwork(for: sets.training, settings, connectivity.connectivity)
      let folder = try OutputFolder(output, for: RunStory.files)
      let experiment = PruneAndRetrain(
        settings: settings, epochs: epochs, retrainEpochs: retrainEpochs, sensitivity: sensitivity)
      if !json { try Console.print(heading(sets, settings)) }
      var story = RunStory(folder: folder, experiment: experiment, isQuiet: json)
      let end = try experiment.run(network, training: sets.training, test: sets.test) { try story.tell($0) }
      try requireFinished(end, "files of finished phases are in \(folder.path)")
      let report = try story.finish(model: "\(model)", title: title(sets), sets)
      if json { return try Console.print(JSONText.encode(report)) }
      let table = SummaryTable(report, epochs: (epochs, retrainEpochs))
      try Console.print("\n\(table)\n\nfiles in \(folder.path): \(RunStory.files.joined(separator: ", "))")
    }
  }

  private func title(_ sets: DataOptions.Sets) -> String { "\(model)\(connectivity.suffix) on \(sets.name)" }

  private func heading(_ sets: DataOptions.Sets, _ settings: TrainingSettings) -> String {
    let compute = Compute.current
    return
      "\(title(sets)): \(sets.training.count) + \(sets.test.count) samples; "
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
