internal import EspalierData
internal import EspalierNetworks
internal import EspalierPruning
internal import EspalierTraining

/// A recipe at work: what its strategies are made of.
struct RecipeRun {
  let recipe: Recipe
  let training: Dataset
  let heldOut: Dataset
  let observe: (RecipeEvent) throws -> TrainingDecision
  var outcome = RecipeOutcome()
  private var epochsDone = 0

  /// Thrown where a training ends before its time.
  struct Ended: Error { let end: TrainingHistory.End }

  init(
    _ recipe: Recipe, training: Dataset, heldOut: Dataset,
    observe: @escaping (RecipeEvent) throws -> TrainingDecision
  ) {
    self.recipe = recipe
    self.training = training
    self.heldOut = heldOut
    self.observe = observe
  }

  /// Trains the network and records the stage.
  @discardableResult
  mutating func train(
    _ name: String, _ network: inout Network, epochs: Int, callbacks: [any TrainingCallback] = [],
    rewindEpoch: Int = 0, learnsFromDense: Bool = true
  ) throws -> RecipeStage {
    try tell(.begins(name, epochs: epochs))
    var trainer = recipe.training.trainer(epochs: rewindEpoch + epochs, epochsDone: epochsDone)
    trainer.callbacks += callbacks
    if rewindEpoch > 0 {
      trainer.epochs = epochs
      trainer.schedule = RewoundSchedule(trainer.schedule, to: rewindEpoch)
    }
    if learnsFromDense, let distillation = recipe.distillation, let dense = outcome.dense {
      trainer.teacher = Teacher(dense.network, distillation)
    }
    let history = try trainer.train(&network, on: training, validation: heldOut) {
      try observe(.training($0))
    }
    guard history.end == .finished else { throw Ended(end: history.end) }
    epochsDone += epochs
    return try record(name, network, history)
  }

  /// Prunes the network to a sparsity and records the stage.
  @discardableResult
  mutating func prune(_ name: String, _ network: inout Network, to sparsity: Double) throws -> RecipeStage {
    prune(&network, to: sparsity)
    return try record(name, network, TrainingHistory())
  }

  /// Prunes the network to a sparsity.
  func prune(_ network: inout Network, to sparsity: Double) {
    let pruner = recipe.pruning.pruner
    pruner.prune(
      &network, to: .sparsity(sparsity), samples: calibrationSamples(pruner), loss: recipe.training.loss,
      seed: recipe.training.seed &+ UInt64(outcome.stages.count))
  }

  /// The samples for criteria that need any.
  func calibrationSamples(_ pruner: Pruner) -> Dataset? {
    pruner.criterion.needs > .weights ? training.prefix(recipe.pruning.samples) : nil
  }

  /// Trains the dense network, unless the recipe prunes an untrained one.
  mutating func trainDense(_ network: inout Network, callbacks: [any TrainingCallback] = []) throws {
    guard recipe.epochs > 0 else { return }
    outcome.dense = try train("dense", &network, epochs: recipe.epochs, callbacks: callbacks)
  }

  /// Takes note of a network.
  @discardableResult
  mutating func record(_ name: String, _ network: Network, _ history: TrainingHistory) throws -> RecipeStage {
    let evaluation =
      history.epochs.last?.validation ?? network.evaluate(on: heldOut, loss: recipe.training.loss)
    let pruned = network.parameters.filter {
      recipe.pruning.pruner.selection.contains($0.path, $0.parameter)
    }
    let (all, alive) = pruned.reduce((0, 0)) { ($0.0 + $1.parameter.count, $0.1 + $1.parameter.survivors) }
    let stage = RecipeStage(
      name: name, network: network, evaluation: evaluation,
      sparsity: 1 - Double(alive) / Double(max(all, 1)),
      cutOff: pruned.filter { $0.parameter.survivors == 0 && $0.parameter.count > 0 }.map(\.path),
      seconds: history.seconds, history: history)
    outcome.stages.append(stage)
    try tell(.stage(stage))
    return stage
  }

  private func tell(_ event: RecipeEvent) throws {
    if try observe(event) == .stop { throw Ended(end: .stoppedByObserver) }
  }
}

/// A schedule that goes on as if so many epochs had been done.
private struct RewoundSchedule: LearningRateSchedule {
  let schedule: any LearningRateSchedule
  let epochs: Double

  init(_ schedule: any LearningRateSchedule, to epochs: Int) {
    self.schedule = schedule
    self.epochs = Double(epochs)
  }

  func factor(at time: Double, of epochs: Double) -> Double {
    schedule.factor(at: time + self.epochs, of: epochs + self.epochs)
  }
}
