import Espalier

/// Tells the experiment as it goes: progress, reports, and a file after each phase.
struct RunStory {
  private static let (denseFile, prunedFile, retrainedFile) =
    ("dense.safetensors", "pruned.safetensors", "retrained.safetensors")
  private static let reportFile = "report.json"
  /// The names of all files that a run writes.
  static let files = [denseFile, prunedFile, retrainedFile, reportFile]

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
      try write(stage, Self.denseFile, epochsDone: epochs.training)
      try say("dense", stage)
    case .pruned(let stage, let results):
      pruned = stage
      thresholds = results
      progress = ProgressLine("retraining", epochs: epochs.retraining)
      try write(stage, Self.prunedFile, epochsDone: epochs.training)
      let lines = results.map { "\($0.path): threshold \(Double($0.threshold).formatted(decimals: 6))" }
      if !isQuiet { try Console.print("\n" + lines.joined(separator: "\n")) }
      try say("pruned", stage)
    case .retrained(let stage):
      retrained = stage
      try write(stage, Self.retrainedFile, epochsDone: epochs.training + epochs.retraining)
      try say("retrained", stage)
    }
    return Interruption.isPending ? .stop : .proceed
  }

  /// The report of the finished experiment, which is stored too.
  func finish(model: String, dataset: String) throws -> RunReport {
    let report = RunReport(
      model: model, dataset: dataset, seed: settings.seed, dense: dense!, pruned: pruned!,
      retrained: retrained!, thresholds: thresholds)
    try report.write(to: folder.file(Self.reportFile))
    return report
  }

  private func write(_ stage: PruneAndRetrain.Stage, _ name: String, epochsDone: Int) throws {
    var file = NetworkFile(stage.network)
    try TrainingRecord(settings: settings, epochsDone: epochsDone).store(in: &file)
    try file.write(to: folder.file(name))
  }

  private func say(_ name: String, _ stage: PruneAndRetrain.Stage) throws {
    if isQuiet { return }
    let quality =
      "accuracy \(percent(stage.evaluation.accuracy)), loss \(stage.evaluation.loss.formatted(decimals: 4))"
    try Console.print("\n\(name): \(quality)\n\(SurvivorReport(of: stage.network))")
  }
}
