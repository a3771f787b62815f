import Espalier

/// Tells the experiment as it goes: progress, reports, and a file after each phase.
struct RunStory {
  private let folder: OutputFolder
  private let settings: TrainingSettings
  private let epochs: (training: Int, retraining: Int)
  private let isQuiet: Bool
  private var progress: ProgressLine
  private var dense: PruneAndRetrain.Stage?
  private var pruned: PruneAndRetrain.Stage?
  private var retrained: PruneAndRetrain.Stage?
  private var thresholds: [PrunedParameter] = []

  init(
    folder: OutputFolder, settings: TrainingSettings, epochs: (training: Int, retraining: Int), isQuiet: Bool
  ) {
    self.folder = folder
    self.settings = settings
    self.epochs = epochs
    self.isQuiet = isQuiet
    progress = ProgressLine("training  ", epochs: epochs.training)
  }

  /// Shows and stores what has happened.
  mutating func tell(_ event: PruneAndRetrain.Event) throws -> TrainingDecision {
    switch event {
    case .training(_, let event): return progress.show(event)
    case .trained(let stage):
      dense = stage
      try write(stage, "dense.safetensors", epochsDone: epochs.training)
      say("\ndense: \(quality(stage))\n\(SurvivorReport(of: stage.network))\n")
    case .pruned(let stage, let results):
      pruned = stage
      thresholds = results
      progress = ProgressLine("retraining", epochs: epochs.retraining)
      try write(stage, "pruned.safetensors", epochsDone: epochs.training)
      say(
        results.map { "\($0.path): threshold \(Double($0.threshold).formatted(decimals: 6))" }.joined(
          separator: "\n"))
      say("\npruned: \(quality(stage))\n\(SurvivorReport(of: stage.network))\n")
    case .retrained(let stage):
      retrained = stage
      try write(stage, "retrained.safetensors", epochsDone: epochs.training + epochs.retraining)
      say("\nretrained: \(quality(stage))\n\(SurvivorReport(of: stage.network))\n")
    }
    return Interruption.isPending ? .stop : .proceed
  }

  /// The report of the finished experiment.
  func report(model: String, dataset: String) -> RunReport {
    RunReport(
      model: model, dataset: dataset, seed: settings.seed, dense: dense!, pruned: pruned!,
      retrained: retrained!,
      thresholds: thresholds)
  }

  private func write(_ stage: PruneAndRetrain.Stage, _ name: String, epochsDone: Int) throws {
    var file = NetworkFile(stage.network)
    try TrainingRecord(settings: settings, epochsDone: epochsDone).store(in: &file)
    try file.write(to: folder.file(name))
  }

  private func say(_ text: String) {
    if !isQuiet { print(text) }
  }

  private func quality(_ stage: PruneAndRetrain.Stage) -> String {
    "accuracy \(percent(stage.evaluation.accuracy)), loss \(stage.evaluation.loss.formatted(decimals: 4))"
  }
}
