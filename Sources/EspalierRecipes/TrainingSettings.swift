public import EspalierNetworks
public import EspalierTraining

/// How a network is trained, as plain values that can be stored with it: what a `Trainer` is made from.
public struct TrainingSettings: Sendable, Hashable, Codable {
  /// The rules that can be chosen by name.
  public enum OptimizerName: String, Sendable, Codable, CaseIterable {
    /// Stochastic gradient descent.
    case sgd
    /// Adam, weight decay in the gradient.
    case adam
    /// Adam with decoupled weight decay.
    case adamW = "adamw"
  }

  /// The schedules that can be chosen by name.
  public enum ScheduleName: String, Sendable, Codable, CaseIterable {
    /// One rate.
    case constant
    /// A tenth after each third of the training.
    case step
    /// Down to a hundredth over the training, exponentially.
    case exponential
    /// Down to 0 over the training, along half a cosine.
    case cosine
  }

  /// The rule.
  public var optimizer: OptimizerName
  /// The step size; nil for the rule's own: 0.002 for Adam and AdamW, 0.05 for SGD.
  public var learningRate: Double?
  /// SGD's momentum.
  public var momentum: Double
  /// Whether SGD looks ahead (Nesterov).
  public var nesterov: Bool
  /// Weight decay.
  public var weightDecay: Double
  /// How the rate changes.
  public var schedule: ScheduleName
  /// Epochs of linear warm-up before the schedule.
  public var warmUp: Double
  /// Label smoothing of the cross-entropy.
  public var labelSmoothing: Double
  /// The share of a sparse matrix's weakest weights that grow elsewhere before every epoch but the first
  /// (`SparseEvolution`); nil for none.
  public var evolve: Double?
  /// Samples a step.
  public var batchSize: Int
  /// Decides initial weights, shuffles and dropout.
  public var seed: UInt64

  /// Settings; the defaults are those of the main experiment.
  public init(
    optimizer: OptimizerName = .adam, learningRate: Double? = nil, momentum: Double = 0.9,
    nesterov: Bool = false,
    weightDecay: Double = 2e-4, schedule: ScheduleName = .cosine, warmUp: Double = 0,
    labelSmoothing: Double = 0, evolve: Double? = nil,
    batchSize: Int = 64, seed: UInt64 = 1
  ) {
    self.optimizer = optimizer
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    self.schedule = schedule
    self.warmUp = warmUp
    self.labelSmoothing = labelSmoothing
    self.evolve = evolve
    self.batchSize = batchSize
    self.seed = seed
  }

  /// Whether every value is in the range that the parts of a trainer accept.
  public var areValid: Bool {
    let rate = learningRate ?? 1
    return rate.isFinite && rate > 0 && (0..<1).contains(momentum) && weightDecay.isFinite && weightDecay >= 0
      && warmUp.isFinite && warmUp >= 0 && (0...1).contains(labelSmoothing)
      && (0...1).contains(evolve ?? 0) && batchSize > 0
      && batchSize < 1 << 24
  }

  /// The loss these settings train and evaluate with.
  public var loss: CrossEntropy { CrossEntropy(labelSmoothing: Float(labelSmoothing)) }

  /// A trainer with fresh optimizer state for `epochs` epochs, after `epochsDone` earlier ones.
  public func trainer(epochs: Int, epochsDone: Int = 0) -> Trainer {
    var trainer = Trainer(
      epochs: epochs, batchSize: batchSize, loss: loss, optimizer: makeOptimizer(),
      schedule: makeSchedule(epochs),
      seed: seed, epochsDone: epochsDone)
    if let evolve { trainer.callbacks.append(SparseEvolution(fraction: evolve)) }
    return trainer
  }

  /// The rule's own step size.
  var standardLearningRate: Double { optimizer == .sgd ? 0.05 : 0.002 }

  private func makeOptimizer() -> any Optimizer {
    let rate = learningRate ?? standardLearningRate
    return switch optimizer {
    case .sgd:
      SGD(
        learningRate: rate, momentum: momentum, nesterov: nesterov && momentum > 0, weightDecay: weightDecay)
    case .adam: Adam(learningRate: rate, weightDecay: weightDecay)
    case .adamW: Adam.adamW(learningRate: rate, weightDecay: weightDecay)
    }
  }

  private func makeSchedule(_ epochs: Int) -> any LearningRateSchedule {
    let length = max(Double(epochs) - warmUp, 1)
    let main: any LearningRateSchedule =
      switch schedule {
      case .constant: ConstantSchedule()
      case .step: StepSchedule(every: length / 3)
      case .exponential: ExponentialSchedule(reaching: 0.01, after: length)
      case .cosine: CosineSchedule()
      }
    return warmUp > 0 ? WarmUpSchedule(epochs: warmUp, then: main) : main
  }
}
