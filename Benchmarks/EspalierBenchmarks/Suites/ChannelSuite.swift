import Espalier

/// What removing channels is worth: LeNet-5 on images, trained whole, half its channels removed in rounds and retrained; and
/// its weights pruned one by one to 97 % beside it. Accuracies are means of the seeds.
enum ChannelSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    let data = try BenchmarkData.find()
    let training = run.isQuick ? data.training.prefix(6400) : data.training
    let outcomes = try (run.seed..<run.seed + (run.isQuick ? 1 : 3)).map { seed in
      try outcome(training, data.test, seed: seed, isQuick: run.isQuick)
    }
    accuracies(outcomes, of: data.name, run)
    run.count("\(data.name): multiplications, whole over half", unit: "times", goal: .count(atLeast: 3)) {
      Double(outcomes[0].dense.multiplyAccumulates.dense) / Double(outcomes[0].half.multiplyAccumulates.dense)
    }
    for batch in [1, 32] {
      try run.compare(
        "one prediction of \(batch), half the channels", goal: batch == 1 ? .timesAsFast(atLeast: 2) : nil
      ) {
        (
          prediction("half the channels", outcomes[0].half, batch, run),
          prediction("whole", outcomes[0].dense, batch, run)
        )
      }
    }
  }

  private static func prediction(
    _ name: String, _ network: Network, _ batch: Int, _ run: BenchmarkRun
  ) -> Contender {
    var generator = run.makeGenerator()
    let features = network.inputShape.reduce(1, *)
    let prediction = Prediction(
      network, inputs: Tensor(uniform: 0..<1, shape: [batch, features], using: &generator), on: run.compute)
    let operations = 2 * Double(batch * network.multiplyAccumulates.dense)
    return Contender(name, .products(operations)) { prediction.run() }
  }

  /// Networks and their accuracies on the test set in per cent.
  private struct Outcome {
    let dense: Network
    let half: Network
    let accuracies: (dense: Double, half: Double, sparse: Double)
  }

  private static func accuracies(_ outcomes: [Outcome], of data: String, _ run: BenchmarkRun) {
    func mean(_ value: (Outcome) -> Double) -> Double {
      outcomes.reduce(0) { $0 + value($1) } / Double(outcomes.count)
    }
    run.count("\(data): whole", unit: "%") { mean(\.accuracies.dense) }
    run.count("\(data): half the channels", unit: "%") { mean(\.accuracies.half) }
    run.count("\(data): 97 % of the weights pruned", unit: "%") { mean(\.accuracies.sparse) }
    run.count(
      "\(data): lost by half the channels", unit: "points", goal: run.isQuick ? nil : .count(atMost: 0.5)
    ) { mean { $0.accuracies.dense - $0.accuracies.half } }
    run.count(
      "\(data): lost by 97 % of the weights", unit: "points", goal: run.isQuick ? nil : .count(atMost: 0.7)
    ) { mean { $0.accuracies.dense - $0.accuracies.sparse } }
  }

  private static func outcome(
    _ training: Dataset, _ test: Dataset, seed: UInt64, isQuick: Bool
  ) throws -> Outcome {
    let settings = TrainingSettings(learningRate: 0.001, seed: seed)
    let (epochs, retrainEpochs, rounds) = isQuick ? (1, 1, 1) : (10, 5, 2)
    var generator = Xoshiro256(seed: seed)
    let fresh = Network.leNet5(input: training.sampleShape, using: &generator)
    var (dense, half): (PruneAndRetrain.Stage?, PruneAndRetrain.Stage?)
    try PruneChannelsAndRetrain(
      settings: settings, epochs: epochs, retrainEpochs: retrainEpochs, target: .channels(0.5), rounds: rounds
    ).run(fresh, training: training, test: test) { event in
      switch event {
      case .trained(let stage): dense = stage
      case .retrained(let stage, _): half = stage
      case .training, .pruned: break
      }
      return .proceed
    }
    let sparse = prunedInRounds(dense!.network, settings, after: epochs, isQuick: isQuick, training)
    return Outcome(
      dense: dense!.network, half: half!.network,
      accuracies: (
        100 * dense!.evaluation.accuracy, 100 * half!.evaluation.accuracy,
        100 * sparse.evaluate(on: test).accuracy
      ))
  }

  /// Single weights of the smallest magnitudes, of all layers together, in rounds.
  private static func prunedInRounds(
    _ dense: Network, _ settings: TrainingSettings, after epochs: Int, isQuick: Bool, _ training: Dataset
  ) -> Network {
    let (rounds, retrainEpochs) = isQuick ? (2, 1) : (5, 3)
    let schedule = IterativeSparsity(rounds: rounds)
    var network = dense
    for round in 1...rounds {
      Pruner(distribution: GlobalDistribution())
        .prune(&network, to: .sparsity(schedule.sparsity(after: round, from: 0, to: 0.97)))
      var trainer = settings.trainer(
        epochs: retrainEpochs, epochsDone: epochs + (round - 1) * retrainEpochs)
      trainer.train(&network, on: training)
    }
    return network
  }
}
