import Espalier

/// Carries a recipe out and tells of it as it goes: progress, a line a stage, and files at the end.
struct RecipeStory {
  /// The names of all files that a recipe writes.
  static let files = ["dense.safetensors", "best.safetensors", "recipe.yaml", "report.json", "report.html"]

  let file: RecipeFile
  let text: String
  let model: String
  let folder: OutputFolder
  let isQuiet: Bool

  /// Runs the recipe; throws when it ends before its time.
  func run(_ network: Network, _ sets: DataOptions.Sets) throws {
    var progress = ProgressLine("", epochs: 1)
    try say("\(file.recipe.strategy.name.summary)\n\(StageLine.header)")
    let outcome = try file.recipe.run(network, training: sets.training, test: sets.test) { event in
      switch event {
      case .begins(let name, let epochs):
        progress = ProgressLine(name, epochs: epochs, validation: "held-out")
      case .training(let event): return progress.show(event)
      case .stage(let stage):
        try say("\(StageLine(stage))")
        Console.warn(ofCutOff: stage.cutOff)
        if stage.name == "dense" { try store(stage, "dense.safetensors") }
      }
      return Interruption.isPending ? .stop : .proceed
    }
    try requireFinished(outcome.end, "files of finished stages are in \(folder.path)")
    try finish(outcome, sets)
  }

  private func finish(_ outcome: RecipeOutcome, _ sets: DataOptions.Sets) throws {
    let best = outcome.best!
    let cost = CostComparison(
      before: CostReport(
        measuring: (outcome.dense ?? outcome.stages[0]).network,
        fileBytes: try outcome.dense.map { _ in try InputFile(folder.file("dense.safetensors")).size }),
      after: CostReport(measuring: best.network, fileBytes: try store(best, "best.safetensors")))
    try AtomicFile.write(Array(text.utf8), to: folder.file("recipe.yaml"))
    let report = RecipeReport(
      model: model, dataset: sets.name, recipe: file.recipe, outcome: outcome, cost: cost)
    try report.write(to: folder.file("report.json"))
    let page = file.recipe.page(
      of: outcome, title: "\(model) on \(sets.name)", text: text, cost: cost,
      sampleShape: sets.test.sampleShape)
    try AtomicFile.write(Array(page.html.utf8), to: folder.file("report.html"))
    if isQuiet { return try Console.print(JSONText.encode(report)) }
    var result = "\nchosen: \(best.name), test accuracy \(percent(report.testAccuracy))"
    if let dense = report.denseTestAccuracy { result += " (dense \(percent(dense)))" }
    let written = Self.files.filter { $0 != "dense.safetensors" || outcome.dense != nil }
    try Console.print(
      "\(result)\n\(SurvivorReport(of: best.network))\n\n\(CostComparisonTable(cost))\n\n"
        + "files in \(folder.path): \(written.joined(separator: ", "))"
    )
  }

  @discardableResult
  private func store(_ stage: RecipeStage, _ name: String) throws -> Int {
    var stored = NetworkFile(stage.network)
    let epochs = stage.history.epochs.count
    try TrainingRecord(settings: file.recipe.training, epochsDone: epochs).store(in: &stored)
    // Recipes begin with a dense network, and so do those who read the files.
    return try stored.write(to: folder.file(name), form: .dense)
  }

  private func say(_ text: String) throws {
    if !isQuiet { try Console.print(text) }
  }
}

/// A stage on one line.
private struct StageLine: CustomStringConvertible {
  static let header = "stage                    sparsity   held-out accuracy     loss   seconds"
  let description: String

  init(_ stage: RecipeStage) {
    description =
      stage.name.paddedRight(to: 22) + percent(stage.sparsity).paddedLeft(to: 11)
      + percent(stage.evaluation.accuracy).paddedLeft(to: 20)
      + stage.evaluation.loss.formatted(width: 9, decimals: 4)
      + stage.seconds.formatted(width: 10, decimals: 1)
  }
}
