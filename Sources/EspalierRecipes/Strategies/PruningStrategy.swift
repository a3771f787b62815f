public import EspalierPruning

/// In which order training and pruning come.
public enum PruningStrategy: Sendable, Hashable, Codable {
  /// Train, prune once, retrain.
  case oneShot(OneShotStrategy)
  /// Train, then prune and retrain round after round until too much is lost.
  case iterative(IterativeStrategy)
  /// Train, then prune a little at every step of another training.
  case gradual(GradualStrategy)
  /// Train with a penalty that makes weights small, prune once, retrain.
  case dynamic(DynamicStrategy)
  /// Train, prune, rewind what is left to its early values, train again, round after round.
  case lotteryTicket(LotteryTicketStrategy)
  /// Train a network that is sparse from the first step, its connections moving.
  case rigl(RigLStrategy)

  /// The names by which strategies are chosen.
  public enum Name: String, Sendable, Codable, CaseIterable {
    case oneShot = "one-shot"
    case iterative, gradual, dynamic
    case lotteryTicket = "lottery-ticket"
    case rigl
  }

  /// The name.
  public var name: Name {
    switch self {
    case .oneShot: .oneShot
    case .iterative: .iterative
    case .gradual: .gradual
    case .dynamic: .dynamic
    case .lotteryTicket: .lotteryTicket
    case .rigl: .rigl
    }
  }

  /// The share of the weights that is pruned in the end.
  public var sparsity: Double {
    switch self {
    case .oneShot(let strategy): strategy.sparsity
    case .iterative(let strategy): strategy.sparsity
    case .gradual(let strategy): strategy.sparsity
    case .dynamic(let strategy): strategy.sparsity
    case .lotteryTicket(let strategy): strategy.sparsity
    case .rigl(let strategy): strategy.sparsity
    }
  }

  /// Whether a dense network is trained on the way.
  var hasDenseNetwork: Bool { name != .rigl }

  /// Whether an untrained network can be pruned this way.
  var canBeginUntrained: Bool { name == .oneShot || name == .iterative || name == .gradual }

  /// What is out of range, in one line; nil when nothing is.
  var problem: String? {
    guard (0..<1).contains(sparsity) else {
      return "sparsity: expected a share from 0 and below 1, found \(sparsity)"
    }
    return switch self {
    case .oneShot(let strategy): least("retrain-epochs", strategy.retrainEpochs, 0)
    case .iterative(let strategy): strategy.problem
    case .gradual(let strategy): strategy.problem
    case .dynamic(let strategy): strategy.problem
    case .lotteryTicket(let strategy): strategy.problem
    case .rigl(let strategy): strategy.problem
    }
  }
}

/// The problem of a number that is too small.
func least(_ name: String, _ value: Int, _ smallest: Int) -> String? {
  value >= smallest ? nil : "\(name): expected a number of at least \(smallest), found \(value)"
}

/// The problem of a number that is negative or not finite.
func least(_ name: String, _ value: Double) -> String? {
  value >= 0 && value.isFinite ? nil : "\(name): expected a number of at least 0, found \(value)"
}

/// Train, prune once, retrain.
public struct OneShotStrategy: Sendable, Hashable, Codable {
  /// The share of the weights that goes.
  public var sparsity: Double
  /// Epochs of retraining; 0 for none.
  public var retrainEpochs: Int

  /// The strategy.
  public init(sparsity: Double = 0.9, retrainEpochs: Int = 15) {
    self.sparsity = sparsity
    self.retrainEpochs = retrainEpochs
  }
}

/// Train, then prune and retrain round after round, each keeping the same share of what is left, until the accuracy on what is
/// held out falls more than a given drop below dense; the sparsest network that meets it is kept.
///
/// Every round begins with the full learning rate again.
///
/// Sources: S. Han et al., "Learning both weights and connections for efficient neural networks" (NIPS 2015); A. Renda,
/// J. Frankle and M. Carbin, "Comparing rewinding and fine-tuning in neural network pruning" (ICLR 2020) for the rate.
public struct IterativeStrategy: Sendable, Hashable, Codable {
  /// The sparsity after the last round.
  public var sparsity: Double
  /// The rounds.
  public var rounds: Int
  /// Epochs of retraining a round.
  public var retrainEpochs: Int
  /// How many points of accuracy may be lost, such as 0.5; a round that loses more ends the recipe.
  public var maximumDrop: Double

  /// The strategy.
  public init(sparsity: Double = 0.98, rounds: Int = 8, retrainEpochs: Int = 6, maximumDrop: Double = 0.5) {
    self.sparsity = sparsity
    self.rounds = rounds
    self.retrainEpochs = retrainEpochs
    self.maximumDrop = maximumDrop
  }

  var problem: String? {
    least("rounds", rounds, 1) ?? least("retrain-epochs", retrainEpochs, 1)
      ?? least("maximum-drop", maximumDrop)
  }
}

/// Train, then prune a little at every interval of another training, whose last part has all its sparsity.
///
/// Source: M. Zhu and S. Gupta, "To prune, or not to prune: exploring the efficacy of pruning for model compression" (2017).
public struct GradualStrategy: Sendable, Hashable, Codable {
  /// The sparsity in the end.
  public var sparsity: Double
  /// Epochs of the second training.
  public var retrainEpochs: Int
  /// Steps between two prunings.
  public var interval: Int
  /// The share of the second training during which is pruned.
  public var pruningShare: Double
  /// How the sparsity rises from pruning to pruning.
  public var schedule: SparsityShape

  /// The strategy.
  public init(
    sparsity: Double = 0.95, retrainEpochs: Int = 20, interval: Int = 100, pruningShare: Double = 0.5,
    schedule: SparsityShape = .cubic
  ) {
    self.sparsity = sparsity
    self.retrainEpochs = retrainEpochs
    self.interval = interval
    self.pruningShare = pruningShare
    self.schedule = schedule
  }

  var problem: String? {
    least("retrain-epochs", retrainEpochs, 1) ?? least("interval", interval, 1)
      ?? ((0...1).contains(pruningShare)
        ? nil : "pruning-share: expected a share from 0 to 1, found \(pruningShare)")
  }
}

/// Train with a penalty that makes weights small, prune once, retrain without it.
public struct DynamicStrategy: Sendable, Hashable, Codable {
  /// What is added to the loss.
  public enum Penalty: String, Sendable, Codable, CaseIterable {
    /// Σ |w|.
    case l1
    /// ½ Σ w².
    case l2
    /// ‖w‖₁ / ‖w‖₂ of each parameter.
    case hoyer
    /// ‖w‖₁² / ‖w‖₂² of each parameter.
    case hoyerSquare = "hoyer-square"
    /// Σ ‖row‖₂: whole neurons become small.
    case groupLassoRows = "group-lasso-rows"
    /// Σ ‖column‖₂: whole inputs become small.
    case groupLassoColumns = "group-lasso-columns"
  }

  /// The share of the weights that goes.
  public var sparsity: Double
  /// The penalty.
  public var penalty: Penalty
  /// Its strength.
  public var strength: Double
  /// Epochs of retraining.
  public var retrainEpochs: Int

  /// The strategy.
  public init(
    sparsity: Double = 0.95, penalty: Penalty = .l1, strength: Double = 3e-5, retrainEpochs: Int = 15
  ) {
    self.sparsity = sparsity
    self.penalty = penalty
    self.strength = strength
    self.retrainEpochs = retrainEpochs
  }

  var problem: String? { least("strength", strength) ?? least("retrain-epochs", retrainEpochs, 0) }
}

/// Train, prune, rewind, train again, round after round: what is left wins with its early values, or it does not, as the
/// control with a random mask shows.
///
/// Sources: J. Frankle and M. Carbin, "The lottery ticket hypothesis" (ICLR 2019); J. Frankle et al., "Linear mode connectivity
/// and the lottery ticket hypothesis" (ICML 2020) for late rewinding; A. Renda, J. Frankle and M. Carbin, "Comparing rewinding
/// and fine-tuning in neural network pruning" (ICLR 2020) for rewinding the learning rate only.
public struct LotteryTicketStrategy: Sendable, Hashable, Codable {
  /// What goes back after pruning.
  public enum Rewinding: String, Sendable, Codable, CaseIterable {
    /// Weights and learning rate.
    case weights
    /// The learning rate; the weights go on from where they are.
    case learningRate = "learning-rate"
  }

  /// The sparsity after the last round.
  public var sparsity: Double
  /// The rounds.
  public var rounds: Int
  /// What goes back.
  public var rewinding: Rewinding
  /// To the end of which epoch; 0 for the initial weights.
  public var rewindEpoch: Int
  /// Whether, after the last round, a network with random masks of the same sparsity per layer is trained in the same way
  /// from the same weights.
  public var control: Bool

  /// The strategy.
  public init(
    sparsity: Double = 0.95, rounds: Int = 5, rewinding: Rewinding = .weights, rewindEpoch: Int = 0,
    control: Bool = true
  ) {
    self.sparsity = sparsity
    self.rounds = rounds
    self.rewinding = rewinding
    self.rewindEpoch = rewindEpoch
    self.control = control
  }

  var problem: String? { least("rounds", rounds, 1) ?? least("rewind-epoch", rewindEpoch, 0) }
}

/// Train a network that has its sparsity from the first step, distributed over layers by Erdős–Rényi, and whose connections
/// move to where the gradient is large.
///
/// Source: U. Evci et al., "Rigging the lottery: making all tickets winners" (ICML 2020).
public struct RigLStrategy: Sendable, Hashable, Codable {
  /// The sparsity, all the time.
  public var sparsity: Double
  /// The share of survivors that the first update replaces; falls along half a cosine.
  public var fraction: Double
  /// Steps between two updates.
  public var interval: Int

  /// The strategy.
  public init(sparsity: Double = 0.95, fraction: Double = 0.3, interval: Int = 100) {
    self.sparsity = sparsity
    self.fraction = fraction
    self.interval = interval
  }

  var problem: String? {
    least("interval", interval, 1)
      ?? ((0...1).contains(fraction) ? nil : "fraction: expected a share from 0 to 1, found \(fraction)")
  }
}
