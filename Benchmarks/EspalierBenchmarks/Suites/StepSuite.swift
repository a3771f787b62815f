import Espalier

/// Whole training steps against nothing but their matrix products, and the allocations that steps make.
enum StepSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    for batch in [50, 64, 128, 512] {
      for optimizer in OptimizerChoice.allCases {
        let goal = batch == 128 && optimizer == .adam ? Goal.shareOfPeak(atLeast: 0.7) : nil
        try step(.leNet, batch, optimizer, goal, run)
      }
    }
    for optimizer in OptimizerChoice.allCases {
      try step(.large, 128, optimizer, optimizer == .adam ? .shareOfPeak(atLeast: 0.75) : nil, run)
    }
    for optimizer in OptimizerChoice.allCases { try allocations(optimizer, run) }
  }

  private static func step(
    _ model: BenchmarkModel, _ batch: Int, _ optimizer: OptimizerChoice, _ goal: Goal?, _ run: BenchmarkRun
  ) throws {
    let layers = LayerProducts.perceptron(model.sizes, batch: batch)
    try run.compare(
      "\(model.name), batch \(batch), \(optimizer.rawValue)", goal: goal
    ) {
      var generator = run.makeGenerator()
      let step = TrainingStep(
        sizes: model.sizes, batch: batch, optimizer: optimizer.make(), on: run.compute, using: &generator)
      let work = Work.products(layers.trainingOperations)
      let products = layers.trainingProducts(using: &generator)
      return (
        step.contender("whole step", work),
        Contender(ProductBuffers.bareName(run.compute), work) {
          for product in products { product.multiplyBare(on: run.compute) }
        }
      )
    }
  }

  /// The allocations of steps on batches in place, and of a trainer that also brings the batches.
  private static func allocations(_ optimizer: OptimizerChoice, _ run: BenchmarkRun) throws {
    let name = "\(BenchmarkModel.leNet.name), batch 64, \(optimizer.rawValue)"
    var generator = run.makeGenerator()
    run.count("\(name): 100 steps", unit: "allocations", goal: .count(atMost: 0)) {
      let step = TrainingStep(
        sizes: BenchmarkModel.leNet.sizes, batch: 64, optimizer: optimizer.make(), sparsity: 0.9,
        on: run.compute, using: &generator)
      for _ in 0..<10 { step.run() }
      return countAllocations { for _ in 0..<100 { step.run() } }
    }
    run.count("\(name): 100 steps of a trainer", unit: "allocations", goal: .count(atMost: 0)) {
      let data = Dataset(model: .leNet, samples: 64 * 120, using: &generator)
      var network = Network.leNet300100(using: &generator)
      network.prune(sparsity: 0.9, within: .eachParameter)
      var trainer = Trainer(epochs: 1, batchSize: 64, optimizer: optimizer.make())
      var (step, found) = (0, Double?.none)
      trainer.train(&network, on: data) { _ in
        step += 1
        if step == 10 { startCountingAllocations() }
        if step == 110 { found = stopCountingAllocations() }
        return .proceed
      }
      return found
    }
  }
}
