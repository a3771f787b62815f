/// What a trainer tells while it works.
public enum TrainingEvent: Sendable {
  /// A batch is done.
  case batch(BatchProgress)
  /// An epoch is done, and evaluated where there is a validation set.
  case epoch(EpochSummary)
}

/// Where training stands after a batch.
public struct BatchProgress: Sendable, Hashable {
  /// The epoch, from 0.
  public let epoch: Int
  /// Epochs asked for.
  public let epochs: Int
  /// Samples of this epoch that are done.
  public let samplesDone: Int
  /// Samples an epoch.
  public let samples: Int
  /// The mean loss over the samples of this epoch so far.
  public let loss: Double
  /// The accuracy over the samples of this epoch so far, in 0…1.
  public let accuracy: Double
  /// Seconds since this epoch began.
  public let seconds: Double
}

/// What an epoch gave.
public struct EpochSummary: Sendable, Hashable, Codable {
  /// The epoch, from 0.
  public let epoch: Int
  /// Epochs asked for.
  public let epochs: Int
  /// Samples an epoch.
  public let samples: Int
  /// The mean training loss, measured while the weights moved; without penalties, so that it compares with other
  /// trainings and with the validation.
  public let loss: Double
  /// What the callbacks add to the objective, at the weights after the epoch; nil where none adds anything.
  public let penalty: Double?
  /// The training accuracy in 0…1, measured while the weights moved.
  public let accuracy: Double
  /// The evaluation on the validation set, if there is one.
  public let validation: Evaluation?
  /// The learning rate of the last step.
  public let learningRate: Double
  /// Seconds of training, evaluation apart.
  public let seconds: Double
  /// Seconds of evaluation.
  public let evaluationSeconds: Double
}

/// What an observer wants next.
public enum TrainingDecision: Sendable {
  /// Go on.
  case proceed
  /// Stop after this batch; the network keeps its present weights.
  case stop
}

/// What a training gave.
public struct TrainingHistory: Sendable {
  /// Why a training ended.
  public enum End: String, Sendable, Codable {
    /// All epochs are done.
    case finished
    /// Validation did not get better for `EarlyStopping.patience` epochs.
    case stoppedEarly
    /// The observer said so.
    case stoppedByObserver
    /// The task was cancelled.
    case cancelled
    /// The loss is no longer a finite number.
    case diverged
  }

  /// The epochs that were completed.
  public var epochs: [EpochSummary] = []
  /// Why it ended.
  public var end: End = .finished

  /// No epochs yet.
  public init() {}

  /// Seconds of training and evaluation.
  public var seconds: Double { epochs.reduce(0) { $0 + $1.seconds + $1.evaluationSeconds } }
}

/// When to stop before all epochs are done: once validation loss has not fallen by `minimumImprovement` for `patience`
/// epochs in a row.
public struct EarlyStopping: Sendable, Hashable {
  /// Epochs without improvement that are borne.
  public let patience: Int
  /// What counts as an improvement of the validation loss.
  public let minimumImprovement: Double
  /// Whether the network ends with the weights of its best epoch.
  public let restoresBest: Bool

  /// The rule; traps unless the patience is positive.
  public init(patience: Int, minimumImprovement: Double = 0, restoresBest: Bool = true) {
    precondition(patience > 0, "a patience of \(patience) epochs would never train")
    self.patience = patience
    self.minimumImprovement = minimumImprovement
    self.restoresBest = restoresBest
  }
}
