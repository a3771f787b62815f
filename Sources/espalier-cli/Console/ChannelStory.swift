import Espalier

/// Tells of an experiment that removes channels as it goes: progress, reports, and a file after each phase.
struct ChannelStory {
  private let folder: OutputFolder
  private let experiment: PruneChannelsAndRetrain
  private let isQuiet: Bool
  private var progress: ProgressLine
  private var dense: PruneAndRetrain.Stage?
  private var fileBytes: [String: Int] = [:]
  /// All rounds, each pruned and retrained.
  private var pruned: [PruneAndRetrain.Stage] = []
  private var retrained: [PruneAndRetrain.Stage] = []

  init(folder: OutputFolder, experiment: PruneChannelsAndRetrain, isQuiet: Bool) {
    self.folder = folder
    self.experiment = experiment
    self.isQuiet = isQuiet
    progress = ProgressLine("training  ", epochs: experiment.epochs)
  }

  /// Shows and stores what has happened.
  mutating func tell(_ event: PruneChannelsAndRetrain.Event) throws -> TrainingDecision {
    switch event {
    case .training(_, let event): return progress.show(event)
    case .trained(let stage):
      dense = stage
      try write(stage, RunStory.denseFile, epochsDone: experiment.epochs)
      try say("dense: \(quality(stage))")
    case .pruned(let stage, let round, let report):
      pruned.append(stage)
      progress = ProgressLine("retraining", epochs: experiment.retrainEpochs)
      try write(stage, RunStory.prunedFile, epochsDone: epochsDone(round - 1))
      try say("pruned\(number(round)): \(quality(stage))\n\(report)")
    case .retrained(let stage, let round):
      retrained.append(stage)
      try write(stage, RunStory.retrainedFile, epochsDone: epochsDone(round))
      try say("retrained\(number(round)): \(quality(stage))")
    }
    return Interruption.isPending ? .stop : .proceed
  }

  /// The report of the finished experiment, which is stored too, also as a page to look at.
  func finish(
    model: String, title: String, importance: ImportanceName, _ sets: DataOptions.Sets
  ) throws -> RunReport {
    let (dense, last) = (dense!, retrained.last!)
    let cost = CostComparison(
      before: CostReport(measuring: dense.network, fileBytes: fileBytes[RunStory.denseFile]),
      after: CostReport(measuring: last.network, fileBytes: fileBytes[RunStory.retrainedFile]))
    let report = RunReport(
      model: model, dataset: sets.name, seed: experiment.settings.seed, dense: dense, pruned: pruned.last!,
      retrained: last, thresholds: [], cost: cost,
      channels: StructuredReport(before: dense.network, after: last.network))
    try report.write(to: folder.file(RunStory.reportFile))
    let rounds = zip(pruned, retrained).enumerated().flatMap { index, stages in
      [
        RunPage.Stage("pruned\(number(index + 1))", stages.0),
        .init("retrained\(number(index + 1))", stages.1),
      ]
    }
    let page = RunPage(
      title: title, stages: [.init("dense", dense)] + rounds, sampleShape: sets.test.sampleShape,
      recipe: experiment.facts + [("importance", importance.rawValue)], cost: cost)
    try AtomicFile.write(Array(page.html.utf8), to: folder.file(RunStory.pageFile))
    return report
  }

  private func number(_ round: Int) -> String { experiment.rounds > 1 ? " \(round)" : "" }
  private func epochsDone(_ rounds: Int) -> Int { experiment.epochs + rounds * experiment.retrainEpochs }

  private func quality(_ stage: PruneAndRetrain.Stage) -> String {
    "accuracy \(percent(stage.evaluation.accuracy)), loss \(stage.evaluation.loss.formatted(decimals: 4))"
  }

  private mutating func write(_ stage: PruneAndRetrain.Stage, _ name: String, epochsDone: Int) throws {
    var file = NetworkFile(stage.network)
    try TrainingRecord(settings: experiment.settings, epochsDone: epochsDone).store(in: &file)
    fileBytes[name] = try file.write(to: folder.file(name))
  }

  private func say(_ text: String) throws {
    if !isQuiet { try Console.print("\n\(text)") }
  }
}
