internal import EspalierFormats

extension Recipe {
  /// The outcome of a run of this recipe as a page; nil when it ended before its first stage.
  ///
  /// - Parameters:
  ///   - text: the recipe as its file says it; nil for JSON.
  ///   - sampleShape: the shape of a sample; images are shown as pictures.
  public func page(
    of outcome: RecipeOutcome, title: String, text: String? = nil, sampleShape: [Int]
  ) throws -> RunPage? {
    guard !outcome.stages.isEmpty else { return nil }
    let stages = outcome.stages.map {
      RunPage.Stage($0.name, network: $0.network, evaluation: $0.evaluation, epochs: $0.history.epochs)
    }
    let dense = outcome.test?.dense.map { [(name: "dense", evaluation: $0)] } ?? []
    let best = outcome.test.map { [(name: outcome.best?.name ?? "pruned", evaluation: $0.best)] } ?? []
    return RunPage(
      title: title, stages: stages,
      chosen: outcome.best.flatMap { best in stages.lastIndex { $0.name == best.name } }, judges: "held-out",
      tests: dense + best, sampleShape: sampleShape,
      recipe: [("strategy", strategy.name.rawValue)] + training.facts,
      recipeText: try text ?? JSONText.encode(self, indented: true))
  }
}
