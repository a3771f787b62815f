import Espalier

/// A search to half of the latency of LeNet-300-100, over sparsities and patterns and over sparsities alone: whether another
/// clock than the search's agrees, and the accuracy lost on the test set. Nothing is retrained.
///
/// The networks are trained without the samples that the search judges by.
enum SearchSuite: Suite {
  private static let target = SearchTarget.atMost(.share(0.5), .latency)

  static func run(in run: BenchmarkRun) throws {
    let data = try BenchmarkData.find()
    for seed in run.seed..<run.seed + (run.isQuick ? 1 : 3) {
      let network = trained(on: data.training, seed: seed, run)
      for (space, patterns) in [
        ("with patterns", PruningSearchSettings.standardPatterns), ("without patterns", []),
      ] {
        let name = "half the latency, \(space), seed \(seed)"
        ProgressNote.show("search: \(name)")
        let search = PruningSearch(
          target: target, settings: settings(patterns: patterns, seed: seed, data.training, run))
        let found = try search.run(network, training: data.training)!
        try compare(found, with: network, name, hasGoals: !patterns.isEmpty, data, run)
      }
    }
  }

  /// Times both networks in turn, and counts the points lost.
  private static func compare(
    _ found: PruningSearchOutcome, with network: Network, _ name: String, hasGoals: Bool,
    _ data: BenchmarkData, _ run: BenchmarkRun
  ) throws {
    // Goals are for networks that are trained to the end; 10 % above half.
    let goals: (time: Goal?, loss: Goal?) =
      hasGoals && !run.isQuick ? (.timeRatio(atMost: 0.55), .count(atMost: 0.5)) : (nil, nil)
    let sample = data.test.prefix(1).samples(for: network)
    try run.compare(name, goal: goals.time) {
      (prediction("searched", found.network, sample), prediction("whole", network, sample))
    }
    run.count("\(name): lost on \(data.name)", unit: "points", goal: goals.loss) {
      100 * (network.evaluate(on: data.test).accuracy - found.network.evaluate(on: data.test).accuracy)
    }
    run.count("\(name): weights gone", unit: "%") { 100 * found.sparsity(of: found.chosen) }
    run.count("\(name): layers in a pattern", unit: "layers") {
      Double(found.amounts(of: found.chosen).count { if case .nOfM = $0 { true } else { false } })
    }
  }

  /// A prediction by the plan that the search measures: the fixed rule's.
  private static func prediction(_ name: String, _ network: Network, _ sample: Tensor) -> Contender {
    let plan = InferencePlan(network, batchSize: 1)
    var outputs = Tensor(zeros: [1, network.outputShape.reduce(1, *)])
    let costs = network.multiplyAccumulates
    let work = Work.products(surviving: 2 * Double(costs.surviving), all: 2 * Double(costs.dense))
    return Contender(name, work) {
      sample.withUnsafeValues { sample in
        outputs.withUnsafeMutableValues { plan.predict(sample, into: $0) }
      }
    }
  }

  private static func settings(
    patterns: [NOfM], seed: UInt64, _ training: Dataset, _ run: BenchmarkRun
  ) -> PruningSearchSettings {
    PruningSearchSettings(
      population: run.isQuick ? 6 : 16, generations: run.isQuick ? 2 : 8, patterns: patterns,
      heldOut: min(run.isQuick ? 1000 : 10_000, training.count / 2), calibration: run.isQuick ? 128 : 512,
      seed: seed)
  }

  private static func trained(on training: Dataset, seed: UInt64, _ run: BenchmarkRun) -> Network {
    ProgressNote.show("search: training with seed \(seed)")
    // The samples that the search is to judge by depend on their number and the seed only.
    let heldOut = settings(patterns: [], seed: seed, training, run).heldOut
    let rest = training.split(holdingOut: heldOut, seed: seed).rest
    var generator = Xoshiro256(seed: seed)
    var network = Network.leNet300100(using: &generator)
    var trainer = TrainingSettings(seed: seed).trainer(epochs: run.isQuick ? 2 : 15)
    trainer.train(&network, on: run.isQuick ? rest.prefix(6400) : rest)
    return network
  }
}
