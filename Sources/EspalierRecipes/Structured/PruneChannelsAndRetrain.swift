public import EspalierData
public import EspalierInference
public import EspalierNetworks
public import EspalierPruning
public import EspalierTraining

/// Train a network, remove whole channels, retrain what is left; in one round or several. The network that comes out is
/// smaller, and faster on any machine.
///
///     let experiment = PruneChannelsAndRetrain(target: .channels(0.5), rounds: 2)
///
/// The targets of rounds lie on the way from the whole to the last, each keeping the same share of what the round before it
/// left. Criteria look at the first training samples; normalisations are recalibrated on them before the network is judged.
///
/// Source: H. Li et al., "Pruning filters for efficient convnets" (ICLR 2017); G. Fang et al., "DepGraph: Towards any
/// structural pruning" (CVPR 2023).
public struct PruneChannelsAndRetrain: Sendable {
  /// What the experiment tells while it runs.
  public enum Event: Sendable {
    /// A training event; of round 0 while the whole network is trained.
    case training(round: Int, TrainingEvent)
    /// The whole network is trained.
    case trained(PruneAndRetrain.Stage)
    /// A round's channels are removed; the report compares with the round before.
    case pruned(PruneAndRetrain.Stage, round: Int, StructuredReport)
    /// What a round left is retrained.
    case retrained(PruneAndRetrain.Stage, round: Int)
  }

  /// How all trainings are done.
  public var settings: TrainingSettings
  /// Epochs of the first training.
  public var epochs: Int
  /// Epochs of retraining after each round.
  public var retrainEpochs: Int
  /// Which channels go.
  public var pruner: StructuredPruner
  /// How far the network shrinks in all.
  public var target: StructuredTarget
  /// Rounds of pruning and retraining.
  public var rounds: Int
  /// Training samples that criteria look at.
  public var samples: Int
  /// What takes part in the first training to prepare for the removal: slimming, group lasso.
  public var preparation: [any TrainingCallback]

  /// The experiment; traps without rounds or samples.
  public init(
    settings: TrainingSettings = TrainingSettings(), epochs: Int = 15, retrainEpochs: Int = 15,
    pruner: StructuredPruner = StructuredPruner(), target: StructuredTarget, rounds: Int = 1,
    samples: Int = 512, preparation: [any TrainingCallback] = []
  ) {
    precondition(rounds > 0, "pruning takes at least one round, not \(rounds)")
    precondition(samples > 0, "criteria and normalisations look at one sample at least, not \(samples)")
    self.settings = settings
    self.epochs = epochs
    self.retrainEpochs = retrainEpochs
    self.pruner = pruner
    self.target = target
    self.rounds = rounds
    self.samples = samples
    self.preparation = preparation
  }

  /// Runs the experiment on a fresh network and tells `observe` about it, which may stop it at any batch.
  ///
  /// Returns `.finished`, or why it ended before. `measure` gives the seconds of a prediction, for targets of latency.
  /// Throws what `StructuredPruner.prune` and `observe` throw, before the training where the target cannot be reached whatever
  /// the weights will be.
  @discardableResult
  public func run(
    _ network: Network, training: Dataset, test: Dataset,
    measure: @escaping (Network) -> Double = { $0.measuredLatency() },
    observe: (Event) throws -> TrainingDecision
  ) throws -> TrainingHistory.End {
    try pruner.requireReachable(target, in: network)
    var network = network
    let dense = try PruneAndRetrain.Stage(
      training: &network, settings, epochs: epochs, after: 0, callbacks: preparation, on: training, test: test
    ) { try observe(.training(round: 0, $0)) }
    guard dense.history.end == .finished else { return dense.history.end }
    guard try observe(.trained(dense)) == .proceed else { return .stoppedByObserver }
    let goals = try self.goals(for: network, measure)
    for (round, goal) in zip(1..., goals) {
      let report = try remove(from: &network, to: goal, of: dense.network, training, measure)
      let evaluation = network.evaluate(on: test, loss: settings.loss)
      guard evaluation.loss.isFinite else { return .diverged }
      let pruned = PruneAndRetrain.Stage(
        network: network, evaluation: evaluation, seconds: 0, history: TrainingHistory())
      guard try observe(.pruned(pruned, round: round, report)) == .proceed else { return .stoppedByObserver }
      let retrained = try PruneAndRetrain.Stage(
        training: &network, settings, epochs: retrainEpochs, after: epochs + (round - 1) * retrainEpochs,
        on: training, test: test
      ) { try observe(.training(round: round, $0)) }
      guard retrained.history.end == .finished else { return retrained.history.end }
      guard try observe(.retrained(retrained, round: round)) == .proceed else { return .stoppedByObserver }
    }
    return .finished
  }

  private func remove(
    from network: inout Network, to goal: StructuredTarget, of whole: Network, _ training: Dataset,
    _ measure: @escaping (Network) -> Double
  ) throws -> StructuredReport {
    let calibration = training.prefix(samples)
    let pruned = try pruner.prune(
      network, to: goal, of: whole, samples: pruner.importance.criterion.needs > .weights ? calibration : nil,
      loss: settings.loss, seed: settings.seed, measure: measure)
    network = pruned.network
    network.recalibrateBatchNorm(on: calibration)
    return pruned.report
  }

  /// The target of each round.
  private func goals(for whole: Network, _ measure: @escaping (Network) -> Double) throws
    -> [StructuredTarget]
  {
    let schedule = IterativeSparsity(rounds: rounds)
    return (1...rounds).map { round in
      switch target {
      case .channels(let share): .channels(schedule.sparsity(after: round, from: 0, to: share))
      case .atMost(.share(let share), let cost):
        .atMost(.share(1 - schedule.sparsity(after: round, from: 0, to: 1 - share)), cost)
      case .atMost(.amount(let most), let cost):
        .atMost(.amount(between(cost.value(of: whole, measure), most, after: round)), cost)
      }
    }
  }

  /// What may remain after a round on the way from `first` to `last`.
  private func between(_ first: Double, _ last: Double, after round: Int) -> Double {
    guard round < rounds, first > 0, last < first else { return last }
    let share = IterativeSparsity(rounds: rounds).sparsity(after: round, from: 0, to: 1 - last / first)
    return first * (1 - share)
  }
}
