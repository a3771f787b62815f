import Espalier

/// The same work here and in PyTorch, in turn.
enum PeerSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    guard let installation = run.peers else { return }
    try steps(run, installation)
    try pruning(run, installation)
  }

  // MARK: Training steps

  /// A case of masked_step.py.
  private struct StepCase: Encodable {
    let sizes: [Int]
    let batch: Int
    let sparsity = 0.9
    let optimizer: OptimizerChoice
    /// `default`, or PyTorch's `fused` optimizer.
    var implementation = "default"
    /// How the peer zeroes gradients: where the weight is zero, or by the mask.
    var zeroing = "weight"
    let threads: Int
    let seed: UInt64
  }

  private static func steps(_ run: BenchmarkRun, _ installation: PeerInstallation) throws {
    let peer = try Peer(installation, script: "masked_step.py")
    let goals = [64: 5, 512: 2.2]
    for batch in run.isQuick ? [64, 512] : [50, 64, 128, 512] {
      try steps(.leNet, batch, goals[batch].map { .timesAsFast(atLeast: $0) }, peer, run)
    }
    try step(.leNet, 64, .packed, nil, peer, run, isBest: true)
    try steps(.large, 128, .timesAsFast(atLeast: 4.5), peer, run)
    if !run.isQuick { try step(.large, 128, .packed, nil, peer, run, isBest: true) }
  }

  /// The step as the trainer does it, and with dense products, which is what the peer does.
  private static func steps(
    _ model: BenchmarkModel, _ batch: Int, _ goal: Goal?, _ peer: Peer, _ run: BenchmarkRun
  ) throws {
    try step(model, batch, .packed, goal, peer, run)
    try step(model, batch, .dense, goal, peer, run)
  }

  /// `isBest` lets the peer take its fused optimizer and the cheaper way to zero gradients.
  private static func step(
    _ model: BenchmarkModel, _ batch: Int, _ storage: MaskedLayer.Storage, _ goal: Goal?, _ peer: Peer,
    _ run: BenchmarkRun, isBest: Bool = false
  ) throws {
    try run.compare("masked step of \(model.name), batch \(batch), adam", goal: goal) {
      var `case` = StepCase(
        sizes: model.sizes, batch: batch, optimizer: .adam, threads: run.compute.threads, seed: run.seed)
      if isBest { (`case`.implementation, `case`.zeroing) = ("fused", "mask") }
      try peer.prepare(`case`, warmUp: 3)
      var generator = run.makeGenerator()
      let step = TrainingStep(
        sizes: model.sizes, batch: batch, optimizer: OptimizerChoice.adam.make(), sparsity: `case`.sparsity,
        packingDensity: storage == .packed ? nil : 0, on: run.compute,
        using: &generator)
      let all = LayerProducts.perceptron(model.sizes, batch: batch).trainingOperations
      let work = Work.products(surviving: all * (1 - `case`.sparsity), all: all)
      return (
        step.contender("espalier, \(storage.rawValue)", work),
        Contender(peer.name + (isBest ? ", fused" : ""), work, seconds: peer.seconds)
      )
    }
  }

  // MARK: Pruning

  /// A case of global_unstructured.py.
  private struct PruningCase: Encodable {
    let shapes: [[Int]]
    let amount = 0.9
    let threads: Int
    let seed: UInt64
  }

  private static func pruning(_ run: BenchmarkRun, _ installation: PeerInstallation) throws {
    let side = run.isQuick ? 500 : 5000
    let goal = run.isQuick ? nil : Goal.timesAsFast(atLeast: 10)
    try run.compare("global selection and masking, \(run.isQuick ? 1 : 100) M weights", goal: goal) {
      let peer = try Peer(installation, script: "global_unstructured.py")
      let shapes = [[Int]](repeating: [side, side], count: 4)
      try peer.prepare(
        PruningCase(shapes: shapes, threads: run.compute.threads, seed: run.seed), warmUp: 1)
      var generator = run.makeGenerator()
      let target = PruningTarget(side: side, using: &generator)
      let work = Work.bytes(4 * Double(target.weights))
      return (
        Contender("espalier", work, prepare: target.restore, target.pruneGlobally),
        Contender(peer.name, work, seconds: peer.seconds)
      )
    }
  }
}
