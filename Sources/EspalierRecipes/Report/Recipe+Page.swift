extension Recipe {
  /// A run of this recipe that came to its end, as a page; traps on others.
  ///
  /// - Parameters:
  ///   - text: the recipe as its file says it, shown as it is; nil for none.
  ///   - cost: what the network costs before and after; nil to leave that out.
  ///   - sampleShape: the shape of a sample; images are shown as pictures.
  public func page(
    of outcome: RecipeOutcome, title: String, text: String? = nil, cost: CostComparison? = nil,
    sampleShape: [Int]
  ) -> RunPage {
    guard let best = outcome.best, let test = outcome.test else {
      preconditionFailure("a recipe that has not come to its end has no page")
    }
    let dense = test.dense.map { [(name: "dense", evaluation: $0)] } ?? []
    return RunPage(
      title: title, stages: outcome.stages.map { RunPage.Stage($0) },
      chosen: outcome.stages.lastIndex { $0.name == best.name }, judges: "held-out",
      tests: dense + [(name: best.name, evaluation: test.best)], sampleShape: sampleShape, recipe: facts,
      recipeText: text, cost: cost)
  }
}
