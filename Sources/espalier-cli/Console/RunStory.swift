import Espalier

/// Tells the experiment as it goes: progress, reports, and a file after each phase.
struct RunStory {
  static let (denseFile, prunedFile, retrainedFile) =
    ("dense.safetensors", "pruned.safetensors", "retrained.safetensors")
  static let (reportFile, pageFile) = ("report.json", "report.html")
  /// The names of all files that a run writes.
  static let files = [denseFile, prunedFile, retrainedFile, reportFile, pageFile]

  private let folder: OutputFolder
  private let experiment: PruneAndRetrain
  /// The network at the start; its parameters' forms are those of the files.
  private let origin: Network
  private let isQuiet: Bool
  private var progress: ProgressLine
  private var dense: PruneAndRetrain.Stage?
  private var pruned: PruneAndRetrain.Stage?
  private var retrained: PruneAndRetrain.Stage?
  private var thresholds: [PrunedParameter] = []
  private var fileBytes: [String: Int] = [:]

  init(folder: OutputFolder, experiment: PruneAndRetrain, origin: Network, isQuiet: Bool) {
    self.folder = folder
    self.experiment = experiment
    self.origin = origin
    self.isQuiet = isQuiet
    progress = ProgressLine("training  ", epochs: experiment.epochs)
  }

  /// Shows and stores what has happened.
  mutating func tell(_ event: PruneAndRetrain.Event) throws -> TrainingDecision {
    switch event {
    case .training(_, let event): return progress.show(event)
    case .trained(let stage):
      dense = stage
      try write(stage, Self.denseFile, epochsDone: experiment.epochs)
      try say("dense", stage)
    case .pruned(let stage, let results):
      pruned = stage
      thresholds = results
      Console.warn(ofCutOff: results.filter(\.isCutOff).map(\.path))
      progress = ProgressLine("retraining", epochs: experiment.retrainEpochs)
      try write(stage, Self.prunedFile, epochsDone: experiment.epochs)
      let lines = results.map { "\($0.path): threshold \(Double($0.threshold).formatted(decimals: 6))" }
      if !isQuiet { try Console.print("\n" + lines.joined(separator: "\n")) }
      try say("pruned", stage)
      if let evolve = experiment.settings.evolve, evolve > 0, !stage.network.canEvolve {
        Console.log.warning("--evolve moves nothing: no layer has free places")
      }
    case .retrained(let stage):
      retrained = stage
      try write(stage, Self.retrainedFile, epochsDone: experiment.epochs + experiment.retrainEpochs)
      try say("retrained", stage)
    }
    return Interruption.isPending ? .stop : .proceed
  }

  /// The report of the finished experiment, which is stored too, also as a page to look at.
  func finish(model: String, title: String, _ sets: DataOptions.Sets) throws -> RunReport {
    let cost = CostComparison(
      before: CostReport(measuring: dense!.network, fileBytes: fileBytes[Self.denseFile]),
      after: CostReport(measuring: retrained!.network, fileBytes: fileBytes[Self.retrainedFile]))
    let report = RunReport(
      model: model, dataset: sets.name, seed: experiment.settings.seed, dense: dense!, pruned: pruned!,
      retrained: retrained!, thresholds: thresholds, cost: cost)
    try report.write(to: folder.file(Self.reportFile))
    let page = RunPage(
      title: title,
      stages: [.init("dense", dense!), .init("pruned", pruned!), .init("retrained", retrained!)],
      sampleShape: sets.test.sampleShape, recipe: experiment.facts, cost: cost)
    try AtomicFile.write(Array(page.html.utf8), to: folder.file(Self.pageFile))
    return report
  }

  private mutating func write(_ stage: PruneAndRetrain.Stage, _ name: String, epochsDone: Int) throws {
    var file = NetworkFile(stage.network)
    file.network.pack(like: origin)
    try TrainingRecord(settings: experiment.settings, epochsDone: epochsDone).store(in: &file)
    fileBytes[name] = try file.write(to: folder.file(name))
  }

  private func say(_ name: String, _ stage: PruneAndRetrain.Stage) throws {
    if isQuiet { return }
    let quality =
      "accuracy \(percent(stage.evaluation.accuracy)), loss \(stage.evaluation.loss.formatted(decimals: 4))"
    try Console.print("\n\(name): \(quality)\n\(SurvivorReport(of: stage.network))")
  }
}
