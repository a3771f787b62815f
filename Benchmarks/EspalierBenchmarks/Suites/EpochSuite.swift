import Espalier

/// An epoch of Fashion-MNIST (else of the built-in digits) against the sum of its bare steps, and one of retraining by
/// survivors against one with all weights.
enum EpochSuite: Suite {
  private static let batch = 64

  static func run(in run: BenchmarkRun) throws {
    let data = try BenchmarkData.find()
    let limit = run.isQuick ? 100 * batch : data.training.count
    let training = data.training.prefix(limit)
    let test = data.test.prefix(run.isQuick ? limit / 6 : data.test.count)
    try run.compare(
      "\(data.name): shuffling, \(steps(training)) steps, evaluation", goal: .timeRatio(atMost: 1.1)
    ) {
      let epoch = Self.epoch(run)
      return (
        Contender("epoch", .unmeasured) { epoch.train(training, test) }, bareSteps(steps(training), run)
      )
    }
    try retraining(data.name, training, run)
    guard let folder = data.folder, !run.isQuick else { return }
    try run.compare(
      "\(data.name): reading, shuffling, \(steps(training)) steps, evaluation", goal: .timeRatio(atMost: 1.1)
    ) {
      let epoch = Self.epoch(run)
      let contender = Contender("epoch", .unmeasured) {
        let data = try BenchmarkData(folder)
        epoch.train(data.training, data.test)
      }
      return (contender, bareSteps(steps(training), run))
    }
  }

  /// What `espalier run` prunes by default on Fashion-MNIST.
  private static let prunedByDefault = 0.9364

  private static func retraining(_ name: String, _ training: Dataset, _ run: BenchmarkRun) throws {
    try run.compare(
      "\(name): retraining \(steps(training)) steps, \(percent(prunedByDefault)) sparse",
      goal: .timesAsFast(atLeast: 3)
    ) {
      let sides = [("packed", nil), ("masked dense", 0.0)].map { name, packingDensity in
        let epoch = Self.epoch(run, sparsity: prunedByDefault, packingDensity: packingDensity)
        return Contender(name, .unmeasured) { epoch.train(training, nil) }
      }
      return (sides[0], sides[1])
    }
  }

  private static func steps(_ training: Dataset) -> Int { (training.count + batch - 1) / batch }

  private static func bareSteps(_ count: Int, _ run: BenchmarkRun) -> Contender {
    var generator = run.makeGenerator()
    let step = TrainingStep(
      sizes: BenchmarkModel.leNet.sizes, batch: batch, optimizer: Adam(), on: run.compute, using: &generator)
    let one = step.contender("bare step", .unmeasured)
    return Contender("its bare steps", .unmeasured) { repetitions in try one.seconds(repetitions * count) }
  }

  private static func epoch(
    _ run: BenchmarkRun, sparsity: Double = 0, packingDensity: Double? = nil
  ) -> TrainingEpoch {
    var generator = run.makeGenerator()
    var network = Network.leNet300100(using: &generator)
    if sparsity > 0 { network.prune(sparsity: sparsity, within: .network) }
    return TrainingEpoch(network, batch: batch, packingDensity: packingDensity)
  }
}
