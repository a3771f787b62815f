import ArgumentParser
import Espalier

/// Trains a fresh network.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a fresh network and save it.")

  @Option(help: ModelName.help, transform: ModelName.parse)
  var model = ModelName.standard

  @OptionGroup var connectivity: ConnectivityOptions
  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("Passes over the training set.", valueName: "count"))
  var epochs = 15

  @OptionGroup var preparation: PreparationOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var compute: ComputeOptions

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var output = "dense.safetensors"

  @Flag(help: "Print the evaluation as one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws {
    try requireEpochs("--epochs", epochs, from: 1)
    if training.evolve != nil, connectivity.connectivity == .dense {
      throw ValidationError("--evolve: expected --density or --epsilon as well, found neither")
    }
  }

  func run() throws {
    Interruption.listen()
    try compute {
      let settings = try training.settings()
      let sets = try data.load()
      let network = try model.makeNetwork(for: sets.training, settings, connectivity.connectivity)
      try training.requireEvolvable(network, epochs: epochs, epochsDone: 0)
      try TrainingRun(
        title: "training", settings: settings, epochs: epochs, epochsDone: 0, output: output, json: json,
        callbacks: try preparation.callbacks(for: network)
      ).run(network, sets)
    }
  }
}

/// What `train` and `retrain` share: train with progress, evaluate, write the file, print the result.
struct TrainingRun {
  let title: String
  let settings: TrainingSettings
  let epochs: Int
  let epochsDone: Int
  let output: String
  let json: Bool
  var callbacks: [any TrainingCallback] = []

  func run(_ start: Network, _ sets: DataOptions.Sets) throws {
    try AtomicFile.requireWritable(output)
    var network = start
    var trainer = settings.trainer(epochs: epochs, epochsDone: epochsDone)
    trainer.callbacks += callbacks
    var progress = ProgressLine(title, epochs: epochs)
    let history = trainer.train(&network, on: sets.training, validation: sets.test) { progress.show($0) }
    try requireFinished(history.end, "nothing was written")
    // Training packs what is pruned; the file has what came from a dense file as it was there.
    network.pack(like: start)
    var file = NetworkFile(network)
    try TrainingRecord(settings: settings, epochsDone: trainer.epochsDone).store(in: &file)
    try file.write(to: output)
    let evaluation = history.epochs.last!.validation!
    let result = TrainingResult(
      file: output, dataset: sets.name, accuracy: evaluation.accuracy, loss: evaluation.loss,
      seconds: history.seconds)
    try Console.print(
      json ? JSONText.encode(result) : "\(output): accuracy \(percent(result.accuracy)) on \(sets.name)")
  }
}

private struct TrainingResult: Encodable {
  let file: String
  let dataset: String
  let accuracy: Double
  let loss: Double
  let seconds: Double
}
