public import EspalierData
public import EspalierNetworks
public import EspalierPruning
public import EspalierTraining

/// The classic experiment: train a dense network, prune each layer at a multiple of its weights' standard deviation,
/// retrain what is left.
///
/// Source: S. Han et al., "Learning both weights and connections for efficient neural networks" (NIPS 2015).
public struct PruneAndRetrain: Sendable {
  /// The parts of the experiment, in order.
  public enum Phase: String, Sendable {
    /// Training the dense network.
    case training
    /// Retraining the survivors.
    case retraining
  }

  /// A network at one point of the experiment.
  public struct Stage: Sendable {
    /// The network.
    public let network: Network
    /// Its evaluation on the test set.
    public let evaluation: Evaluation
    /// Seconds of training that led here; 0 after pruning.
    public let seconds: Double
    /// The epochs that led here.
    public let history: TrainingHistory
  }

  /// What the experiment tells while it runs.
  public enum Event: Sendable {
    /// A training event of a phase.
    case training(Phase, TrainingEvent)
    /// The dense network is trained.
    case trained(Stage)
    /// The network is pruned, not yet retrained.
    case pruned(Stage, [PrunedParameter])
    /// The survivors are retrained.
    case retrained(Stage)
  }

  /// How both trainings are done.
  public var settings: TrainingSettings
  /// Epochs of the dense training.
  public var epochs: Int
  /// Epochs of retraining.
  public var retrainEpochs: Int
  /// The threshold of a layer is this multiple of its weights' standard deviation.
  public var sensitivity: Double
  /// Which parameters are pruned.
  public var selection: ParameterSelection
  /// What takes part in the dense training to prepare for pruning.
  public var preparation: [any TrainingCallback]

  /// As many training samples measure the statistics of batch normalisation anew after pruning, where there is any.
  private static let recalibrationSamples = 512

  /// The experiment.
  public init(
    settings: TrainingSettings = TrainingSettings(), epochs: Int = 15, retrainEpochs: Int = 15,
    sensitivity: Double = 2, selection: ParameterSelection = .weights,
    preparation: [any TrainingCallback] = []
  ) {
    self.settings = settings
    self.epochs = epochs
    self.retrainEpochs = retrainEpochs
    self.sensitivity = sensitivity
    self.selection = selection
    self.preparation = preparation
  }

  /// Runs the experiment on a fresh network and tells `observe` about it, which may stop it at any batch.
  ///
  /// Returns `.finished`, or why it ended before: stopped, cancelled or diverged.
  @discardableResult
  public func run(
    _ network: Network, training: Dataset, test: Dataset, observe: (Event) throws -> TrainingDecision
  ) rethrows -> TrainingHistory.End {
    var network = network
    let dense = try train(&network, .training, epochs, after: 0, training, test, observe)
    guard dense.history.end == .finished else { return dense.history.end }
    guard try observe(.trained(dense)) == .proceed else { return .stoppedByObserver }
    let pruned = network.prune(standardDeviations: sensitivity, selection)
    network.recalibrateBatchNorm(on: training.prefix(Self.recalibrationSamples))
    let evaluation = network.evaluate(on: test, loss: settings.loss)
    guard evaluation.loss.isFinite else { return .diverged }
    let stage = Stage(network: network, evaluation: evaluation, seconds: 0, history: TrainingHistory())
    guard try observe(.pruned(stage, pruned)) == .proceed else { return .stoppedByObserver }
    let retrained = try train(&network, .retraining, retrainEpochs, after: epochs, training, test, observe)
    guard retrained.history.end == .finished else { return retrained.history.end }
    return try observe(.retrained(retrained)) == .proceed ? .finished : .stoppedByObserver
  }

  private func train(
    _ network: inout Network, _ phase: Phase, _ count: Int, after done: Int, _ training: Dataset,
    _ test: Dataset,
    _ observe: (Event) throws -> TrainingDecision
  ) rethrows -> Stage {
    try Stage(
      training: &network, settings, epochs: count, after: done,
      callbacks: phase == .training ? preparation : [], on: training, test: test
    ) {
      try observe(.training(phase, $0))
    }
  }
}

extension PruneAndRetrain.Stage {
  /// Trains a network for some epochs after `done` earlier ones and takes note of what came out.
  init(
    training network: inout Network, _ settings: TrainingSettings, epochs: Int, after done: Int,
    callbacks: [any TrainingCallback] = [], on training: Dataset, test: Dataset,
    observe: (TrainingEvent) throws -> TrainingDecision
  ) rethrows {
    var trainer = settings.trainer(epochs: epochs, epochsDone: done)
    trainer.callbacks += callbacks
    history = try trainer.train(&network, on: training, validation: test, observe: observe)
    evaluation = history.epochs.last?.validation ?? network.evaluate(on: test, loss: settings.loss)
    seconds = history.seconds
    self.network = network
  }
}
