internal import EspalierTraining

/// What a comparison of ways to prune compares.
public struct ComparisonSettings: Sendable, Hashable, Codable {
  /// The ways, one line of the figure each.
  public var families: [ComparisonFamily]
  /// The shares of weights pruned at which points are, ascending and below 1.
  public var sparsities: [Double]
  /// One run of everything for each.
  public var seeds: [UInt64]
  /// Epochs of every dense training, and of RigL's.
  public var epochs: Int
  /// Epochs of every retraining.
  public var retrainEpochs: Int
  /// The strength of the L1 penalty where weights are regularised with it.
  public var strengthL1: Double
  /// How everything is trained; the seed is replaced by each of `seeds`, and the weight decay is used where weights are
  /// regularised with L2.
  public var training: TrainingSettings
  /// Which weights go.
  public var pruning: PruningChoice

  /// The shares of the figure by default.
  public static let standardSparsities = [0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99]

  /// A comparison; by default that of the classic figure, with three seeds.
  public init(
    families: [ComparisonFamily] = ComparisonFamily.classic, sparsities: [Double] = standardSparsities,
    seeds: [UInt64] = [1, 2, 3], epochs: Int = 15, retrainEpochs: Int = 6, strengthL1: Double = 1e-5,
    training: TrainingSettings = TrainingSettings(), pruning: PruningChoice = PruningChoice()
  ) {
    self.families = families
    self.sparsities = sparsities
    self.seeds = seeds
    self.epochs = epochs
    self.retrainEpochs = retrainEpochs
    self.strengthL1 = strengthL1
    self.training = training
    self.pruning = pruning
  }

  /// The settings of a training with one seed.
  func training(seed: UInt64, _ regularizer: Regularizer) -> TrainingSettings {
    var settings = training
    settings.seed = seed
    if regularizer != .l2 { settings.weightDecay = 0 }
    return settings
  }

  /// What is added to the loss.
  func callbacks(_ regularizer: Regularizer) -> [any TrainingCallback] {
    regularizer == .l1 ? [Regularization(L1Penalty(), strength: strengthL1)] : []
  }
}

/// What keeps weights small in a training.
enum Regularizer: String, Sendable, CaseIterable {
  case none, l1, l2
}

/// A way to prune: one line of the figure.
public enum ComparisonFamily: String, Sendable, Codable, CaseIterable {
  /// Trained without regularisation, pruned, not retrained.
  case pruneOnly = "prune-only"
  /// Trained with L1, pruned, not retrained.
  case pruneRegularized = "prune-l1"
  /// Trained with L1, pruned once, retrained with L1.
  case retrainL1 = "retrain-l1"
  /// Trained with L2, pruned once, retrained with L2.
  case retrainL2 = "retrain-l2"
  /// Trained with L2; pruned to one share after another, each time retrained with L2.
  case iterative
  /// Sparse from the first step, connections moving by RigL.
  case rigl
  /// Trained with L2; pruned to one share after another, each time trained again from the initial weights.
  case lotteryTicket = "lottery-ticket"

  /// The lines of the classic figure: S. Han et al., "Learning both weights and connections for efficient neural networks"
  /// (NIPS 2015), figure 5, with the unregularised network besides.
  public static let classic: [ComparisonFamily] = [
    .pruneOnly, .pruneRegularized, .retrainL1, .retrainL2, .iterative,
  ]

  /// The line's name in the figure.
  public var title: String {
    switch self {
    case .pruneOnly: "prune only"
    case .pruneRegularized: "L1, prune only"
    case .retrainL1: "L1, prune + retrain"
    case .retrainL2: "L2, prune + retrain"
    case .iterative: "L2, iterative prune + retrain"
    case .rigl: "RigL"
    case .lotteryTicket: "lottery ticket"
    }
  }

  /// What the dense training that it begins with is regularised by; nil where there is none.
  var dense: Regularizer? {
    switch self {
    case .pruneOnly: Regularizer.none
    case .pruneRegularized, .retrainL1: .l1
    case .retrainL2, .iterative, .lotteryTicket: .l2
    case .rigl: nil
    }
  }

  /// Whether each point begins where the one before ended.
  var isChain: Bool { self == .iterative || self == .lotteryTicket }
}
