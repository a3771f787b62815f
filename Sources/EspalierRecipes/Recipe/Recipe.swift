public import EspalierTraining

/// A whole way from a fresh network to a pruned one, as plain values: how it is trained, how it is pruned, in which order, and
/// what it is judged by.
///
/// Decisions are made on samples that are held out of the training set; the test set is only looked at when all is done.
/// `RecipeFile` reads and writes recipes as YAML.
public struct Recipe: Sendable, Hashable, Codable {
  /// How every training of the recipe is done; its seed also decides which samples are held out.
  public var training: TrainingSettings
  /// Epochs of the dense training; 0 to prune an untrained network (SNIP, GraSP, SynFlow).
  public var epochs: Int
  /// Training samples that are held out to judge by.
  public var heldOut: Int
  /// Which weights go.
  public var pruning: PruningChoice
  /// In which order training and pruning come.
  public var strategy: PruningStrategy
  /// How much retraining listens to the dense network; nil for labels only.
  public var distillation: Distillation?

  /// A recipe; by default the iterative one.
  public init(
    training: TrainingSettings = TrainingSettings(), epochs: Int = 15, heldOut: Int = 5000,
    pruning: PruningChoice = PruningChoice(), strategy: PruningStrategy = .iterative(IterativeStrategy()),
    distillation: Distillation? = nil
  ) {
    self.training = training
    self.epochs = epochs
    self.heldOut = heldOut
    self.pruning = pruning
    self.strategy = strategy
    self.distillation = distillation
  }

  /// What in the recipe contradicts something else, or is out of range, in one line; nil when it can be run.
  public var problem: String? {
    if !training.areValid { return "training: a value is out of its range" }
    if epochs < 0 { return "epochs: expected a number of at least 0, found \(epochs)" }
    if heldOut < 1 { return "held-out: expected at least 1 sample to judge by, found \(heldOut)" }
    if pruning.fixesAmount {
      return "strategy.sparsity: the pattern or the sparsities per layer fix the amount themselves"
    }
    if distillation != nil, epochs == 0 || !strategy.hasDenseNetwork {
      return "distillation: expected a dense network to learn from, found a recipe that trains none"
    }
    if case .lotteryTicket(let strategy) = strategy, strategy.rewindEpoch >= epochs {
      return
        "strategy.rewind-epoch: expected less than the \(epochs) epochs of training, found \(strategy.rewindEpoch)"
    }
    if strategy.name == .rigl, pruning != PruningChoice(layers: pruning.layers) {
      return "pruning: expected at most layers, for RigL has rules of its own"
    }
    if !strategy.canBeginUntrained, epochs == 0 {
      return "epochs: expected at least 1 for \(strategy.name.rawValue), found 0"
    }
    return distillation?.problem.map { "distillation.\($0)" } ?? strategy.problem.map { "strategy.\($0)" }
  }
}
