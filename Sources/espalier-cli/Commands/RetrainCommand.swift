import ArgumentParser
import Espalier

/// Goes on training a saved network.
struct RetrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retrain", abstract: "Train a saved network further; what is pruned stays pruned.",
    discussion: """
      Uses the settings that the network was trained with, as its file says, unless options say otherwise. The \
      optimizer's moments start anew.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("Passes over the training set.", valueName: "count"))
  var epochs = 15

  @OptionGroup var training: TrainingOptions
  @OptionGroup var compute: ComputeOptions

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var output = "retrained.safetensors"

  @Flag(help: "Print the evaluation as one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws { try requireEpochs("--epochs", epochs, from: 1) }

  func run() throws {
    Interruption.listen()
    try compute {
      let stored = try NetworkFile(contentsOf: file)
      let record = try TrainingRecord(in: stored, path: file)
      let sets = try data.load()
      try sets.requireFit(stored.network, file: file)
      let epochsDone = record?.epochsDone ?? 0
      try training.requireEvolvable(stored.network, epochs: epochs, epochsDone: epochsDone)
      let settings = try training.settings(over: record?.settings ?? TrainingSettings())
      if let evolve = settings.evolve, evolve > 0, !stored.network.canEvolve {
        Console.log.warning(
          "evolve \(evolve), as \(file) was trained, moves nothing: no layer has free places")
      }
      try TrainingRun(
        title: "retraining", settings: settings, epochs: epochs, epochsDone: epochsDone, output: output,
        json: json
      ).run(stored.network, sets)
    }
  }
}

extension DataOptions.Sets {
  /// Throws unless the samples fit a network that was read from `file`.
  func requireFit(_ network: Network, file: String) throws {
    guard network.inputShape.reduce(1, *) == test.featureCount else {
      throw FormatError(
        file: file, place: "architecture",
        expected: "an input for \(name)'s samples of shape \(test.sampleShape)",
        found: "shape \(network.inputShape)")
    }
    guard network.outputShape.reduce(1, *) >= test.answerWidth else {
      throw FormatError(
        file: file, place: "architecture",
        expected: "at least \(test.answerWidth) outputs, one a class of \(name)",
        found: "shape \(network.outputShape)")
    }
  }
}
