internal import EspalierFormats
internal import EspalierPruning
public import EspalierTensors

/// What a recipe found, as `report.json` stores it. Accuracies are fractions in 0…1.
public struct RecipeReport: Sendable, Codable {
  /// A network at one point of the recipe.
  public struct Stage: Sendable, Codable {
    /// What it is, such as `round 3 of 8`.
    public let name: String
    /// The share of the prunable weights that is pruned.
    public let sparsity: Double
    /// Accuracy on the held-out samples.
    public let accuracy: Double
    /// Mean loss on the held-out samples.
    public let loss: Double
    /// Seconds of training that led here.
    public let seconds: Double
    /// Epochs that led here.
    public let epochs: Int
  }

  /// The model's name or layer sizes.
  public let model: String
  /// The data set's name or folder.
  public let dataset: String
  /// The recipe, all defaults filled in.
  public let recipe: Recipe
  /// What computed.
  public let backend: String
  /// All stages, in order.
  public let stages: [Stage]
  /// The stage that was chosen.
  public let best: String
  /// Accuracy of the dense network on the test set; null where none was trained.
  public let denseTestAccuracy: Double?
  /// Accuracy of the chosen network on the test set.
  public let testAccuracy: Double
  /// Values of the chosen network that are not zero.
  public let alive: Int
  /// All values.
  public let total: Int
  /// What the dense network, or the first where none was trained, and the chosen one cost.
  public let cost: CostComparison

  /// The report of a recipe that came to its end; traps on others.
  public init(
    model: String, dataset: String, recipe: Recipe, outcome: RecipeOutcome, cost: CostComparison,
    compute: Compute = .current
  ) {
    guard let best = outcome.best, let test = outcome.test else {
      preconditionFailure("a recipe that has not come to its end has no report")
    }
    let survivors = SurvivorReport(of: best.network)
    self.model = model
    self.dataset = dataset
    self.recipe = recipe
    backend = compute.backend.rawValue
    stages = outcome.stages.map {
      Stage(
        name: $0.name, sparsity: $0.sparsity, accuracy: $0.evaluation.accuracy, loss: $0.evaluation.loss,
        seconds: $0.seconds, epochs: $0.history.epochs.count)
    }
    self.best = best.name
    denseTestAccuracy = test.dense?.accuracy
    testAccuracy = test.best.accuracy
    (alive, total) = (survivors.alive, survivors.total)
    self.cost = cost
  }

  /// Writes the report as JSON, whole or not at all.
  public func write(to path: String) throws {
    try AtomicFile.write(Array((JSONText.encode(self) + "\n").utf8), to: path)
  }
}

extension Recipe {
  /// The recipe in words, one a line of a report.
  public var facts: [(name: String, value: String)] {
    [
      ("recipe", strategy.name.summary), ("epochs", "\(epochs)"),
      ("held out", "\(heldOut) samples of the training set"),
      ("criterion", pruning.criterion.rawValue), ("pattern", "\(pruning.pattern)"),
      ("distribution", pruning.distribution.rawValue), ("sparsity", percentage(strategy.sparsity)),
    ] + (distillation.map { [("distillation", "temperature \($0.temperature), mix \($0.mix)")] } ?? [])
      + training.facts
  }
}

extension RunPage.Stage {
  /// A stage of a recipe.
  public init(_ stage: RecipeStage) {
    self.init(stage.name, network: stage.network, evaluation: stage.evaluation, epochs: stage.history.epochs)
  }
}
