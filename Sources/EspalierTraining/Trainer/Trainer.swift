public import EspalierData
public import EspalierNetworks
internal import EspalierTensors

/// Trains a network on a data set: shuffled mini-batches, a loss, an optimizer, a schedule.
///
///     var trainer = Trainer(optimizer: Adam(), seed: 1)
///     let history = trainer.train(&network, on: training, validation: test)
///
/// Retraining after pruning is the same call: what the masks leave is trained, and pruned weights stay 0. Layers that are
/// sparse enough are packed first, so that a step costs what is left. The shuffle of
/// an epoch and the patterns of dropout depend on the seed and the count of epochs only, so a seed reproduces a run.
public struct Trainer: Sendable {
  /// Passes over the data set a call of `train`.
  public var epochs: Int
  /// Samples a step; the last batch of an epoch may be smaller.
  public var batchSize: Int
  /// What is made small.
  public var loss: any Loss
  /// What moves the weights; its state goes on from call to call until `optimizer.reset()`.
  public var optimizer: any Optimizer
  /// How the learning rate changes over a call of `train`.
  public var schedule: any LearningRateSchedule
  /// When to stop before all epochs are done; needs a validation set.
  public var earlyStopping: EarlyStopping?
  /// Weight matrices of at most this density are trained packed, at the cost of their survivors, and left packed; denser
  /// ones, and at 0 all that are not packed yet, at the cost of all their weights. Nil for the density at which packed
  /// training begins to be the faster one: `standardPackingDensity(batchSize:)`.
  ///
  /// What arrives packed stays packed, whatever its density: layers born sparse, read from a compact file, packed by hand
  /// or by an earlier training. Where such a layer is dense enough to be trained faster densely, and may take the memory,
  /// `network.unpack()` before the training leaves the choice to this density.
  public var packingDensity: Double?
  /// What takes part in the training besides, one after another: regularisers, rules that move connections.
  public var callbacks: [any TrainingCallback]
  /// Whose answers the network learns from besides the labels; nil for labels only.
  public var teacher: Teacher?
  /// Decides every shuffle, every dropout pattern and what callbacks draw.
  public let seed: UInt64
  /// Epochs done over all calls; the next shuffle depends on it.
  public private(set) var epochsDone: Int
  /// The epochs done by earlier trainers.
  let firstEpoch: Int

  /// A trainer; `epochsDone` counts epochs of an earlier one that this one goes on from.
  public init(
    epochs: Int = 15, batchSize: Int = 64, loss: any Loss = CrossEntropy(), optimizer: any Optimizer = Adam(),
    schedule: any LearningRateSchedule = ConstantSchedule(), earlyStopping: EarlyStopping? = nil,
    seed: UInt64 = 1, epochsDone: Int = 0, packingDensity: Double? = nil,
    callbacks: [any TrainingCallback] = []
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.loss = loss
    self.optimizer = optimizer
    self.schedule = schedule
    self.earlyStopping = earlyStopping
    self.seed = seed
    self.epochsDone = epochsDone
    firstEpoch = epochsDone
    self.packingDensity = packingDensity
    self.callbacks = callbacks
  }

  /// The density up to which a packed step takes less time than a dense one, rounded down.
  ///
  /// Measured with forward, both gradients and the optimizer, AVX-512 against OpenBLAS on one thread, for layers of
  /// 300 × 784, 512 × 512 and 1024 × 1024. The least advantage was that of 300 × 784 with plain SGD, whose own step is the
  /// cheapest; there both take the same time at a density of 40 % for 1 sample, 38 for 2, 27 for 3, 36 for 4, 58 for 5, 50
  /// for 8, 60 for 16, 63 for 24, 68 for 32. With momentum or Adam it is 52 % and more, with 3 samples 40 %; at
  /// 1024 × 1024 above 65 % throughout. A fixed rule, so that a seed gives the same numbers on every run.
  public static func standardPackingDensity(batchSize: Int) -> Double {
    switch batchSize {
    case 3: 0.25
    case ..<5: 0.35
    case ..<16: 0.5
    default: 0.6
    }
  }

  /// Trains `network` in place, unobserved; see `train(_:on:validation:observe:)`.
  @discardableResult
  public mutating func train(
    _ network: inout Network, on dataset: Dataset, validation: Dataset? = nil
  ) -> TrainingHistory {
    train(&network, on: dataset, validation: validation) { _ in .proceed }
  }

  /// Trains `network` in place and returns what every epoch gave.
  ///
  /// Ends before all epochs are done when `observe` says so, when the current task is cancelled, by early stopping, or
  /// when the loss of a batch or of the validation is no longer finite; then the network keeps the weights of that moment
  /// (of its best epoch under early stopping). Traps when the samples do not fit the network.
  @discardableResult
  public mutating func train(
    _ network: inout Network, on dataset: Dataset, validation: Dataset? = nil,
    observe: (TrainingEvent) throws -> TrainingDecision
  ) rethrows -> TrainingHistory {
    dataset.requireFit(network)
    teacher?.requireFit(network)
    let compute = Compute.current
    var history = TrainingHistory()
    var memory = TrainingMemory(dataset: dataset, validation: validation, threads: compute.threads)
    var best = BestNetwork()
    prepare(&network)
    let beginning = moment(epoch: 0, dataset, on: compute)
    callbacks.each(.trainingBegins, beginning) { $0.trainingBegins(&network, at: $1) }
    for epoch in 0..<epochs {
      let outcome = try run(epoch, of: &network, in: &memory, observe: observe, on: compute)
      guard case .done(let summary) = outcome else {
        if case .ended(let end) = outcome { history.end = end }
        return history
      }
      let clock = Stopwatch()
      let evaluation = memory.evaluate(&network, loss: loss, on: compute)
      let complete = summary.evaluated(evaluation, seconds: clock.seconds)
      history.epochs.append(complete)
      guard evaluation?.loss.isFinite ?? true else {
        history.end = .diverged
        return history
      }
      if try observe(.epoch(complete)) == .stop {
        history.end = .stoppedByObserver
        return history
      }
      if let earlyStopping, let evaluation, best.isExhausted(network, evaluation, earlyStopping) {
        history.end = .stoppedEarly
        break
      }
    }
    if let earlyStopping, earlyStopping.restoresBest, let found = best.network { network = found }
    return history
  }

  /// One epoch with what callbacks do around it, without the evaluation.
  private mutating func run(
    _ epoch: Int, of network: inout Network, in memory: inout TrainingMemory,
    observe: (TrainingEvent) throws -> TrainingDecision, on compute: Compute
  ) rethrows -> EpochRun.Outcome {
    if !callbacks.isEmpty { prepare(&network) }
    let beginning = moment(epoch: epoch, memory.dataset, on: compute)
    callbacks.each(.epochBegins, beginning) { $0.epochBegins(&network, at: $1) }
    memory.plan(for: &network, trainer: self)
    let outcome = try memory.epochRun!.run(&network, &self, epoch: epoch, observe: observe, on: compute)
    var nextEpoch = epoch
    if case .done = outcome { (epochsDone, nextEpoch) = (epochsDone + 1, epoch + 1) }
    guard !callbacks.isEmpty else { return outcome }
    let ending = moment(epoch: nextEpoch, memory.dataset, on: compute)
    callbacks.each(.epochEnds, ending) { $0.epochEnds(&network, at: $1) }
    return outcome.penalized(callbacks.penalty(of: network, at: ending))
  }

  /// Brings the parameters into the form that they are trained in; what is too large ever to be dense stays packed.
  private func prepare(_ network: inout Network) {
    guard callbacks.contains(where: \.trainsDense) else {
      return network.pack(upTo: packingDensity ?? Self.standardPackingDensity(batchSize: batchSize))
    }
    network.visitParameters { _, parameter in
      if parameter.count <= Parameter.mostDenseValues { parameter.unpack() }
    }
  }
}

/// The best network by validation loss so far, for early stopping.
private struct BestNetwork {
  var network: Network?
  private var loss = Double.infinity
  private var epochsSince = 0

  /// Takes note of an epoch; true when patience has run out.
  mutating func isExhausted(_ candidate: Network, _ evaluation: Evaluation, _ rule: EarlyStopping) -> Bool {
    if evaluation.loss < loss - rule.minimumImprovement {
      loss = evaluation.loss
      network = candidate
      epochsSince = 0
    } else {
      epochsSince += 1
    }
    return epochsSince >= rule.patience
  }
}

/// Seconds since its making, by the monotonic clock.
package struct Stopwatch: Sendable {
  private let start = ContinuousClock.now
  package init() {}
  package var seconds: Double {
    let elapsed = (ContinuousClock.now - start).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }
}
