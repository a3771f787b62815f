import Espalier

extension PeerSuite {
  /// Training steps with Adam: as the trainer does them and with dense products, which is what PyTorch does, and packed
  /// ones against SparseProp's.
  static func trainingSteps(_ run: BenchmarkRun) throws {
    try run.withPeer(.maskedStep) { peer in
      let goals = [64: 5, 512: 2.2]
      for batch in run.isQuick ? [64, 512] : [50, 64, 128, 512] {
        try steps(.leNet, batch, goals[batch], peer, run)
      }
      try steps(.large, 128, 4.5, peer, run)
      for model in run.isQuick ? [.leNet] : BenchmarkModel.all {
        try step(StepSide(model, isPacked: true), peer, nil, run, isBest: true)
      }
      for (model, sparsity, goal) in [
        (BenchmarkModel.leNet, 0.95, 25.0), (.leNet, 0.98, 30), (.large, 0.95, 45),
      ] {
        try step(StepSide(model, sparsity: sparsity, isPacked: true), peer, goal, run)
      }
    }
    try run.withPeer(.sparseProp) { peer in
      for (model, goal) in [(BenchmarkModel.leNet, 7.0), (.large, 4.5)] {
        for sparsity in PackedStepSuite.sparsities {
          try step(StepSide(model, sparsity: sparsity, isPacked: true), peer, goal, run)
        }
      }
    }
  }

  private static func steps(
    _ model: BenchmarkModel, _ batch: Int, _ goal: Double?, _ peer: Peer, _ run: BenchmarkRun
  ) throws {
    for isPacked in [true, false] {
      try step(StepSide(model, batch, isPacked: isPacked), peer, goal, run)
    }
  }

  /// What is trained here.
  private struct StepSide {
    let model: BenchmarkModel
    let batch: Int
    let sparsity: Double
    let isPacked: Bool

    init(_ model: BenchmarkModel, _ batch: Int? = nil, sparsity: Double = 0.9, isPacked: Bool) {
      self.model = model
      self.batch = batch ?? model.batch
      self.sparsity = sparsity
      self.isPacked = isPacked
    }

    var name: String {
      "\(isPacked ? "packed" : "masked") step of \(model.name), batch \(batch), adam, \(percent(sparsity)) sparse"
    }

    func make(_ run: BenchmarkRun) -> TrainingStep {
      var generator = run.makeGenerator()
      return TrainingStep(
        sizes: model.sizes, batch: batch, optimizer: OptimizerChoice.adam.make(), sparsity: sparsity,
        packingDensity: isPacked ? nil : 0, on: run.compute, using: &generator)
    }

    var work: Work {
      let all = LayerProducts.perceptron(model.sizes, batch: batch).trainingOperations
      return .products(surviving: all * (1 - sparsity), all: all)
    }
  }

  /// A case of training.py.
  private struct StepCase: Encodable {
    let folder: String
    let sizes: [Int]
    let batch: Int
    let optimizer = OptimizerChoice.adam
    let threads: Int
    /// PyTorch's form of the optimizer, its default if nil.
    var implementation: String?
    /// How masked_step.py zeroes gradients, its default if nil.
    var zeroing: String?
  }

  /// `isBest` lets the peer take its fused optimizer and the cheaper way to zero gradients.
  private static func step(
    _ side: StepSide, _ peer: Peer, _ goal: Double?, _ run: BenchmarkRun, isBest: Bool = false
  ) throws {
    try run.compareWithPeer(side.name, goal: goal.map { .timesAsFast(atLeast: $0) }) {
      let step = side.make(run)
      let folder = try TemporaryFolder()
      try step.write(to: folder)
      var `case` = StepCase(
        folder: folder.path, sizes: side.model.sizes, batch: side.batch, threads: run.compute.threads)
      if isBest { (`case`.implementation, `case`.zeroing) = ("fused", "mask") }
      try peer.prepare(`case`)
      return (
        step.contender("espalier", side.work),
        peer.contender(side.work, in: folder, remark: isBest ? ", fused" : "")
      )
    }
  }
}
