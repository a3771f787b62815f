public import EspalierNetworks
public import EspalierTraining

/// A network at one point of a recipe.
public struct RecipeStage: Sendable {
  /// What it is, such as `dense` or `round 3 of 8`.
  public let name: String
  /// The network.
  public let network: Network
  /// Its evaluation on what is held out.
  public let evaluation: Evaluation
  /// The share of the prunable weights that is pruned.
  public let sparsity: Double
  /// The parameters that have lost everything, so that nothing flows through them any more (layer collapse).
  public let cutOff: [ParameterPath]
  /// Seconds of training that led here from the stage before; 0 after pruning.
  public let seconds: Double
  /// The epochs that led here.
  public let history: TrainingHistory
}

/// What a recipe tells while it runs.
public enum RecipeEvent: Sendable {
  /// A training begins, of so many epochs.
  case begins(String, epochs: Int)
  /// What that training tells.
  case training(TrainingEvent)
  /// A network is trained or pruned.
  case stage(RecipeStage)
}

/// What a recipe gave.
public struct RecipeOutcome: Sendable {
  /// Why it ended.
  public internal(set) var end: TrainingHistory.End = .finished
  /// All stages, in order.
  public internal(set) var stages: [RecipeStage] = []
  /// The dense network, if one was trained to the end.
  public internal(set) var dense: RecipeStage?
  /// The network that the recipe chose; nil when it ended before.
  public internal(set) var best: RecipeStage?
  /// What the dense and the chosen network give on the test set; looked at when all was decided.
  public internal(set) var test: (dense: Evaluation?, best: Evaluation)?
}
