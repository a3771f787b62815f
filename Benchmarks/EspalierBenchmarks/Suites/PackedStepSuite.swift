import Espalier

/// Whole training steps of pruned networks with Adam: at the cost of the survivors, against our own masked dense step.
enum PackedStepSuite: Suite {
  static let sparsities = [0.9, 0.95, 0.98]

  static func run(in run: BenchmarkRun) throws {
    for (model, goals) in [(BenchmarkModel.leNet, [0.95: 5.0, 0.98: 6]), (.large, [0.95: 9])] {
      for sparsity in sparsities where !run.isQuick || goals[sparsity] != nil {
        try step(model, sparsity, goals[sparsity].map { .timesAsFast(atLeast: $0) }, run)
      }
    }
    try threads(run)
    try memory(run)
  }

  private static func step(
    _ model: BenchmarkModel, _ sparsity: Double, _ goal: Goal?, _ run: BenchmarkRun
  ) throws {
    try run.compare("\(model.name), batch \(model.batch), \(percent(sparsity)) sparse", goal: goal) {
      (
        side("packed step", model, sparsity, isPacked: true, on: run.compute, run),
        side("masked dense step", model, sparsity, isPacked: false, on: run.compute, run)
      )
    }
  }

  /// Two threads against one.
  private static func threads(_ run: BenchmarkRun) throws {
    let model = BenchmarkModel.large
    try run.compare(
      "\(model.name), batch \(model.batch), \(percent(0.9)) sparse, by threads",
      goal: .timesAsFast(atLeast: 1.6)
    ) {
      let sides = [2, 1].map { threads in
        let name = "packed step, threads: \(threads)"
        return side(name, model, 0.9, isPacked: true, on: run.compute.with(threads: threads), run)
      }
      return (sides[0], sides[1])
    }
  }

  private static func side(
    _ name: String, _ model: BenchmarkModel, _ sparsity: Double, isPacked: Bool, on compute: Compute,
    _ run: BenchmarkRun
  ) -> Contender {
    var generator = run.makeGenerator()
    let step = TrainingStep(
      sizes: model.sizes, batch: model.batch, optimizer: OptimizerChoice.adam.make(), sparsity: sparsity,
      packingDensity: isPacked ? nil : 0, on: compute, using: &generator)
    let all = LayerProducts.perceptron(model.sizes, batch: model.batch).trainingOperations
    return step.contender(name, .products(surviving: all * (1 - sparsity), all: all))
  }

  /// The peak of resident memory beyond the data while a pruned network is trained, each in a process of its own.
  private static func memory(_ run: BenchmarkRun) throws {
    let model = BenchmarkModel.large
    let name =
      "\(model.name), batch \(model.batch), \(percent(0.95)) sparse: peak of training beyond the data"
    var found: (packed: MemoryUse, masked: MemoryUse)?
    try run.count("\(name), packed", unit: "of the masked dense one", goal: .count(atMost: 0.2)) {
      let uses = try [true, false].map {
        try MemoryUse.ofChild(training: MemoryCase(model: model, sparsity: 0.95, isPacked: $0), run)
      }
      found = (uses[0], uses[1])
      return uses[0].beyondData / uses[1].beyondData
    }
    run.count("\(name), packed", unit: "MB") { found.map { $0.packed.beyondData / 1e6 } }
    run.count("\(name), masked dense", unit: "MB") { found.map { $0.masked.beyondData / 1e6 } }
    run.count("\(name), packed, dense until it is pruned", unit: "MB") {
      found.map { ($0.packed.peakBefore - $0.packed.data) / 1e6 }
    }
  }
}

/// A share in per cent.
func percent(_ share: Double) -> String { "\((100 * share).formatted(decimals: 0)) %" }
