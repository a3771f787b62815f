import Espalier

/// What packed retraining does to the accuracy: the classic experiment, retrained once at the cost of the survivors and
/// once with all weights under a mask, from the same pruned network with the same shuffles; three seeds.
enum AccuracySuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    let data = try BenchmarkData.find()
    let training = run.isQuick ? data.training.prefix(6400) : data.training
    var differences: [Double] = []
    for seed in run.seed..<run.seed + (run.isQuick ? 1 : 3) {
      let found = retrain(training, data.test, seed: seed, epochs: run.isQuick ? 2 : 15)
      differences.append(abs(found.packed - found.masked))
      run.count("\(data.name), seed \(seed): dense", unit: "%") { found.dense }
      run.count("\(data.name), seed \(seed): pruned", unit: "%") { found.pruned }
      run.count("\(data.name), seed \(seed): retrained packed", unit: "%") { found.packed }
      run.count("\(data.name), seed \(seed): retrained masked", unit: "%") { found.masked }
    }
    // A network of another seed differs by about as much.
    run.count(
      "\(data.name): packed and masked differ, mean of the seeds", unit: "points",
      goal: run.isQuick ? nil : .count(atMost: 0.3)
    ) { differences.reduce(0, +) / Double(differences.count) }
  }

  /// Accuracies on the test set, in per cent.
  private struct Accuracies {
    let dense: Double
    let pruned: Double
    let packed: Double
    let masked: Double
  }

  private static func retrain(_ training: Dataset, _ test: Dataset, seed: UInt64, epochs: Int) -> Accuracies {
    let settings = TrainingSettings(seed: seed)
    var generator = Xoshiro256(seed: seed)
    var network = Network.leNet300100(using: &generator)
    var trainer = settings.trainer(epochs: epochs)
    trainer.train(&network, on: training)
    let dense = network
    network.prune(standardDeviations: 2)
    let retrained = [nil, 0].map { (packingDensity: Double?) in
      var network = network
      var trainer = settings.trainer(epochs: epochs, epochsDone: epochs)
      trainer.packingDensity = packingDensity
      trainer.train(&network, on: training)
      return accuracy(network, test)
    }
    return Accuracies(
      dense: accuracy(dense, test), pruned: accuracy(network, test), packed: retrained[0],
      masked: retrained[1])
  }

  private static func accuracy(_ network: Network, _ test: Dataset) -> Double {
    100 * network.evaluate(on: test).accuracy
  }
}
