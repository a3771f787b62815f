import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierRecipes
import EspalierTensors
import EspalierTraining
import Testing

/// Every strategy from beginning to end on small digits: exact sparsities, sound masks, the chosen stage.
@Suite struct RecipeRunTests {
  private static let (training, test) = Dataset.builtInDigits(seed: 1, trainingCount: 600, testCount: 200)

  private func recipe(_ strategy: PruningStrategy, distillation: Distillation? = nil) -> Recipe {
    Recipe(
      training: TrainingSettings(batchSize: 32, seed: 3), epochs: 2, heldOut: 100,
      pruning: PruningChoice(samples: 64), strategy: strategy, distillation: distillation)
  }

  private func network() -> Network {
    var generator = Xoshiro256(seed: 3)
    return .perceptron(sizes: [784, 24, 10], input: [28, 28], connectivity: .dense, using: &generator)
  }

  private func run(_ recipe: Recipe) throws -> RecipeOutcome {
    try recipe.run(network(), training: Self.training, test: Self.test)
  }

  private func expectSparsity(_ stage: RecipeStage, _ sparsity: Double) {
    let total = 784 * 24 + 240
    let alive = stage.network.parameters.filter { $0.parameter.role == .weight }
      .reduce(0) { $0 + $1.parameter.survivors }
    #expect(alive == total - Int((sparsity * Double(total)).rounded(.toNearestOrEven)), "\(stage.name)")
    for (path, parameter) in stage.network.parameters where parameter.mask != nil {
      let (values, mask) = (parameter.values, parameter.mask!)
      #expect((0..<values.count).allSatisfy { mask[$0] || values[flat: $0].bitPattern == 0 }, "\(path)")
    }
  }

  @Test(arguments: [nil, Distillation(temperature: 3, mix: 0.5)])
  func oneShot(_ distillation: Distillation?) throws {
    let outcome = try run(
      recipe(.oneShot(OneShotStrategy(sparsity: 0.9, retrainEpochs: 1)), distillation: distillation))
    #expect(outcome.end == .finished && outcome.stages.map(\.name) == ["dense", "pruned", "retrained"])
    expectSparsity(outcome.stages[1], 0.9)
    expectSparsity(outcome.best!, 0.9)
    #expect(outcome.best!.evaluation.samples == 100 && outcome.test!.best.samples == 200)
    #expect(outcome.best!.evaluation.accuracy > outcome.stages[1].evaluation.accuracy)
  }

  /// An untrained network, pruned by its connection sensitivity before any training.
  @Test func oneShotAtInitialisation() throws {
    var snip = recipe(.oneShot(OneShotStrategy(sparsity: 0.8, retrainEpochs: 1)))
    snip.epochs = 0
    snip.pruning.criterion = .snip
    let outcome = try run(snip)
    #expect(outcome.stages.map(\.name) == ["pruned", "retrained"] && outcome.dense == nil)
    expectSparsity(outcome.best!, 0.8)
  }

  /// Round after round the same share stays; where nothing may be lost the dense network is the best there is.
  @Test func iterative() throws {
    let outcome = try run(
      recipe(.iterative(IterativeStrategy(sparsity: 0.96, rounds: 2, retrainEpochs: 1, maximumDrop: 100))))
    #expect(outcome.stages.map(\.name) == ["dense", "round 1 of 2", "round 2 of 2"])
    expectSparsity(outcome.stages[1], 0.8)
    expectSparsity(outcome.best!, 0.96)
    let collapsed = try run(
      recipe(.iterative(IterativeStrategy(sparsity: 0.9999, rounds: 1, retrainEpochs: 1, maximumDrop: 0))))
    #expect(collapsed.best!.name == "dense" && collapsed.stages.count == 2)
  }

  @Test func gradual() throws {
    let outcome = try run(
      recipe(.gradual(GradualStrategy(sparsity: 0.9, retrainEpochs: 2, interval: 4, pruningShare: 0.5))))
    #expect(outcome.stages.map(\.name) == ["dense", "gradually pruned"])
    expectSparsity(outcome.best!, 0.9)
  }

  @Test(arguments: DynamicStrategy.Penalty.allCases)
  func dynamic(_ penalty: DynamicStrategy.Penalty) throws {
    let outcome = try run(
      recipe(.dynamic(DynamicStrategy(sparsity: 0.9, penalty: penalty, strength: 1e-4, retrainEpochs: 1))))
    #expect(outcome.stages.map(\.name) == ["dense", "pruned", "retrained"])
    expectSparsity(outcome.best!, 0.9)
    #expect(outcome.dense!.history.epochs.allSatisfy { ($0.penalty ?? 0) > 0 })
  }

  /// The ticket has the early values under the masks of the trained network; the control the same counts elsewhere.
  @Test func lotteryTicket() throws {
    let strategy = LotteryTicketStrategy(sparsity: 0.9, rounds: 1, rewindEpoch: 0, control: true)
    let outcome = try run(recipe(.lotteryTicket(strategy)))
    #expect(outcome.stages.map(\.name) == ["dense", "round 1 of 1", "control with random masks"])
    expectSparsity(outcome.best!, 0.9)
    let control = outcome.stages[2].network
    for (path, parameter) in outcome.best!.network.parameters where parameter.role == .weight {
      #expect(control[path]!.survivors == parameter.survivors && control[path]!.mask != parameter.mask)
    }
    // Training the ticket is training the initial network under the masks: the same numbers come out.
    var ticket = network()
    for (path, parameter) in outcome.best!.network.parameters {
      guard let mask = parameter.mask else { continue }
      ticket.visitParameters { other, own in if other == path { own.prune(keeping: mask) } }
    }
    let rest = Self.training.split(holdingOut: 100, seed: 3).rest
    var trainer = TrainingSettings(batchSize: 32, seed: 3).trainer(epochs: 2, epochsDone: 2)
    trainer.train(&ticket, on: rest)
    for (path, parameter) in outcome.best!.network.parameters {
      #expect(ticket[path]!.values == parameter.values, "\(path)")
    }
  }

  /// Late rewinding goes on with the schedule where it stood, whatever the schedule; rewinding the rate keeps the weights.
  @Test(arguments: TrainingSettings.ScheduleName.allCases)
  func lateRewinding(_ schedule: TrainingSettings.ScheduleName) throws {
    var late = recipe(
      .lotteryTicket(LotteryTicketStrategy(sparsity: 0.5, rounds: 1, rewindEpoch: 2, control: false)))
    late.epochs = 3
    late.training.schedule = schedule
    let outcome = try run(late)
    let trainer = late.training.trainer(epochs: 3)
    let rates = outcome.stages[1].history.epochs.map(\.learningRate)
    #expect(rates == [outcome.dense!.history.epochs[2].learningRate])
    #expect(rates[0] >= 0 && trainer.optimizer.learningRate >= rates[0])
    late.strategy = .lotteryTicket(
      LotteryTicketStrategy(
        sparsity: 0.5, rounds: 1, rewinding: .learningRate, rewindEpoch: 2, control: false))
    let kept = try run(late)
    #expect(kept.stages[1].history.epochs.map(\.learningRate) == rates)
    #expect(kept.best!.network.weight("fc1").values != outcome.best!.network.weight("fc1").values)
  }

  @Test func rigl() throws {
    var moving = recipe(.rigl(RigLStrategy(sparsity: 0.9, interval: 5)))
    moving.pruning = PruningChoice()
    let outcome = try run(moving)
    #expect(outcome.stages.map(\.name) == ["sparse"] && outcome.dense == nil)
    expectSparsity(outcome.best!, 0.9)
  }

  @Test func aSeedReproducesARecipe() throws {
    let strategy = PruningStrategy.iterative(
      IterativeStrategy(sparsity: 0.9, rounds: 2, retrainEpochs: 1, maximumDrop: 100))
    let (first, second) = (try run(recipe(strategy)), try run(recipe(strategy)))
    #expect(first.stages.map(\.evaluation) == second.stages.map(\.evaluation))
  }

  /// Stopped at any event, it says so and keeps the stages that were done.
  @Test func anObserverStopsIt() throws {
    let strategy = PruningStrategy.oneShot(OneShotStrategy(sparsity: 0.9, retrainEpochs: 1))
    let outcome = try recipe(strategy).run(network(), training: Self.training, test: Self.test) { event in
      if case .stage(let stage) = event, stage.name == "pruned" { .stop } else { .proceed }
    }
    #expect(
      outcome.end == TrainingHistory.End.stoppedByObserver && outcome.best == nil && outcome.test == nil)
    #expect(outcome.stages.map(\.name) == ["dense", "pruned"])
  }
}

extension Network {
  fileprivate func weight(_ node: String) -> Parameter { self[ParameterPath(node: node, name: "weight")]! }
}
