internal import EspalierData
internal import EspalierNetworks
internal import EspalierTensors

/// The memory and the work of an epoch: shuffle, then for every batch load, forward, loss, backward, step.
///
/// With more than one thread the next batch is loaded while the present one is trained on.
struct EpochRun {
  enum Outcome {
    case done(EpochSummary)
    case ended(TrainingHistory.End)
  }

  /// The patterns that the memory is planned for.
  private(set) var patterns: PatternRecord
  private let dataset: Dataset
  private let batches: [BatchMemory]
  private let lessons: [Int: Lesson]
  private var order: [Int32]
  private let background: Background?

  init(of network: Network, dataset: Dataset, trainer: Trainer, threads: Int) {
    self.dataset = dataset
    patterns = PatternRecord(of: network)
    batches = BatchMemory.forEpoch(
      of: network, samples: dataset.count, batchSize: trainer.batchSize, purpose: .training,
      loss: trainer.loss, loadsAhead: threads > 1, outlivesPlans: !trainer.callbacks.isEmpty)
    let sizes = batches.map(\.workspace.batchSize)
    lessons =
      trainer.teacher.map { teacher in
        Dictionary(uniqueKeysWithValues: sizes.map { ($0, Lesson(by: teacher, batchSize: $0)) })
      } ?? [:]
    background = threads > 1 ? Background() : nil
    order = Array(0..<Int32(dataset.count))
  }

  mutating func run(
    _ network: inout Network, _ trainer: inout Trainer, epoch: Int,
    observe: (TrainingEvent) throws -> TrainingDecision, on compute: Compute
  ) rethrows -> Outcome {
    var generator = Xoshiro256(seed: trainer.seed &+ UInt64(trainer.epochsDone) &* 0x9E37_79B9_7F4A_7C15)
    shuffle(using: &generator)
    let clock = Stopwatch()
    var total = BatchLoss(sum: 0, correct: 0)
    var rate = trainer.optimizer.learningRate
    var (first, step) = (0, 0)
    let steps = trainer.stepsPerEpoch(on: dataset)
    if dataset.count > 0 { load(after: 0, on: compute) }
    while first < dataset.count {
      let memory = batches.memory(for: dataset.count - first)
      let time = Double(epoch) + Double(first) / Double(dataset.count)
      rate = trainer.optimizer.learningRate * trainer.schedule.factor(at: time, of: Double(trainer.epochs))
      let moment = trainer.moment(epoch: epoch, step: step, of: steps, learningRate: rate, on: compute)
      let found = train(
        &network, &trainer, on: memory, next: first + memory.workspace.batchSize, key: generator.next(),
        at: moment)
      step += 1
      total.sum += found.sum
      total.correct += found.correct
      first += memory.workspace.batchSize
      guard found.sum.isFinite else { return .ended(.diverged) }
      if Task.isCancelled { return .ended(.cancelled) }
      let progress = BatchProgress(
        epoch: epoch, epochs: trainer.epochs, samplesDone: first, samples: dataset.count,
        loss: total.sum / Double(first), accuracy: Double(total.correct) / Double(first),
        seconds: clock.seconds)
      if try observe(.batch(progress)) == .stop { return .ended(.stoppedByObserver) }
    }
    let samples = Double(max(dataset.count, 1))
    return .done(
      EpochSummary(
        epoch: epoch, epochs: trainer.epochs, samples: dataset.count, loss: total.sum / samples, penalty: nil,
        accuracy: Double(total.correct) / samples, validation: nil, learningRate: rate,
        seconds: clock.seconds, evaluationSeconds: 0))
  }

  /// A step on the batch that was loaded last, with what callbacks do around it.
  private mutating func train(
    _ network: inout Network, _ trainer: inout Trainer, on memory: BatchMemory, next: Int, key: UInt64,
    at moment: TrainingMoment
  ) -> BatchLoss {
    memory.present()
    trainer.callbacks.each(.stepBegins, moment) { $0.stepBegins(&network, at: $1) }
    if !trainer.callbacks.isEmpty { replan(for: &network) }
    let found = loading(after: next, on: moment.compute) {
      step(&network, &trainer, memory, key: key, at: moment)
    }
    trainer.callbacks.each(.stepEnds, moment.afterStep) { $0.stepEnds(&network, at: $1) }
    if !trainer.callbacks.isEmpty { replan(for: &network) }
    return found
  }

  /// Plans the workspaces anew, without touching loaded batches, if a callback has changed the network's patterns.
  private mutating func replan(for network: inout Network) {
    guard !patterns.holds(for: &network) else { return }
    patterns = PatternRecord(of: network)
    let gradients = ParameterGradients(for: network)
    for memory in batches { memory.plan(for: network, gradients: gradients) }
  }

  /// Loads the batch that begins at position `first` of the epoch.
  private func load(after first: Int, on compute: Compute) {
    let memory = batches.memory(for: dataset.count - first)
    order.withUnsafeBufferPointer {
      let batch = $0[first..<first + memory.workspace.batchSize]
      memory.load(UnsafeBufferPointer(rebasing: batch), from: dataset, on: compute)
    }
  }

  /// Runs `body`, and during it or after it loads the batch that begins at position `next`, if there is one.
  private func loading<Result>(after next: Int, on compute: Compute, _ body: () -> Result) -> Result {
    guard next < dataset.count else { return body() }
    if let background { return background.perform({ load(after: next, on: compute) }, during: body) }
    defer { load(after: next, on: compute) }
    return body()
  }

  private func step(
    _ network: inout Network, _ trainer: inout Trainer, _ memory: BatchMemory, key: UInt64,
    at moment: TrainingMoment
  ) -> BatchLoss {
    let (workspace, compute) = (memory.workspace, moment.compute)
    workspace.setRandomKey(key)
    network.forward(in: workspace, on: compute)
    network.updateStatistics(in: workspace)
    var found = trainer.loss.evaluate(
      workspace.output, memory.targets, gradient: workspace.outputGradient, on: compute)
    lessons[workspace.batchSize]?.mix(into: &found, of: workspace, on: compute)
    network.backward(in: workspace, on: compute)
    let gradients = workspace.gradients!
    trainer.callbacks.each(.gradientsReady, moment) { $0.gradientsReady(&network, gradients, at: $1) }
    trainer.optimizer.step(
      &network, gradients: gradients, learningRate: moment.learningRate, on: compute)
    return found
  }

  /// Fisher and Yates's shuffle from the identity, so that an epoch's order depends on its generator only.
  private mutating func shuffle(using generator: inout Xoshiro256) {
    for index in order.indices { order[index] = Int32(index) }
    order.shuffle(using: &generator)
  }
}

extension EpochSummary {
  /// The summary with the result of the evaluation after the epoch.
  func evaluated(_ evaluation: Evaluation?, seconds: Double) -> EpochSummary {
    EpochSummary(
      epoch: epoch, epochs: epochs, samples: samples, loss: loss, penalty: penalty, accuracy: accuracy,
      validation: evaluation, learningRate: learningRate, seconds: self.seconds,
      evaluationSeconds: evaluation == nil ? 0 : seconds)
  }
}

extension EpochRun.Outcome {
  /// The outcome with what callbacks add to the objective.
  func penalized(_ penalty: Double?) -> EpochRun.Outcome {
    guard case .done(let summary) = self else { return self }
    return .done(
      EpochSummary(
        epoch: summary.epoch, epochs: summary.epochs, samples: summary.samples, loss: summary.loss,
        penalty: penalty, accuracy: summary.accuracy, validation: nil, learningRate: summary.learningRate,
        seconds: summary.seconds, evaluationSeconds: 0))
  }
}
