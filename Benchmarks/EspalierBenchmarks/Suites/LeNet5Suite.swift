import Espalier

/// Training steps of LeNet-5, dense and with most of its weights pruned, against PyTorch's and with survivors against all.
enum LeNet5Suite: Suite {
  private static let batch = 64
  private static let samples = 784
  private static let outputs = 10

  static func run(in run: BenchmarkRun) throws {
    for sparsity in run.isQuick ? [0.97] : [0.4, 0.6, 0.8, 0.9, 0.97] {
      try run.compare("step, batch \(batch), adam, \(percent(sparsity)) sparse") {
        (
          step(sparsity: sparsity, isPacked: true, run).contender("packed step", .unmeasured),
          step(sparsity: sparsity, isPacked: false, run).contender("masked dense step", .unmeasured)
        )
      }
    }
    for (name, isPacked) in [("masked dense", false), ("packed", true)] {
      run.count("100 \(name) steps, \(percent(0.97)) sparse", unit: "allocations", goal: .count(atMost: 0)) {
        let step = step(sparsity: 0.97, isPacked: isPacked, run)
        for _ in 0..<10 { step.run() }
        return countAllocations { for _ in 0..<100 { step.run() } }
      }
    }
    try epoch(run)
    try run.withPeer(.leNet5Step) { peer in
      try compare(with: peer, sparsity: 0, goal: 1.5, run)
      try compare(with: peer, sparsity: 0.97, goal: nil, run)
    }
  }

  /// What an epoch takes besides its steps: with the steps' own ratio, how an epoch compares.
  private static func epoch(_ run: BenchmarkRun) throws {
    let data = try BenchmarkData.find()
    let training = run.isQuick ? data.training.prefix(20 * batch) : data.training
    let steps = (training.count + batch - 1) / batch
    try run.compare(
      "\(data.name): shuffling and \(steps) steps, batch \(batch), adam", goal: .timeRatio(atMost: 1.1)
    ) {
      var generator = run.makeGenerator()
      let epoch = TrainingEpoch(.leNet5(using: &generator), batch: batch)
      let one = step(sparsity: 0, isPacked: false, run).contender("bare step", .unmeasured)
      return (
        Contender("epoch", .unmeasured) { epoch.train(training, nil) },
        Contender("its bare steps", .unmeasured) { repetitions in try one.seconds(repetitions * steps) }
      )
    }
  }

  /// A case of training.py, and whether pruned weights stay 0.
  private struct StepCase: Encodable {
    let folder: String
    let sizes: [Int]
    let batch: Int
    let optimizer = OptimizerChoice.adam
    let threads: Int
    let masked: Bool
  }

  private static func compare(
    with peer: Peer, sparsity: Double, goal: Double?, _ run: BenchmarkRun
  ) throws {
    let name = "step, batch \(batch), adam" + (sparsity > 0 ? ", \(percent(sparsity)) sparse" : "")
    try run.compareWithPeer(name, goal: goal.map { .timesAsFast(atLeast: $0) }) {
      let own = step(sparsity: sparsity, isPacked: sparsity > 0, run)
      let folder = try TemporaryFolder()
      try own.write(to: folder)
      try peer.prepare(
        StepCase(
          folder: folder.path, sizes: [samples, outputs], batch: batch, threads: run.compute.threads,
          masked: sparsity > 0))
      return (own.contender("espalier", .unmeasured), peer.contender(.unmeasured, in: folder))
    }
  }

  private static func step(sparsity: Double, isPacked: Bool, _ run: BenchmarkRun) -> TrainingStep {
    var generator = run.makeGenerator()
    var network = Network.leNet5(using: &generator)
    if sparsity > 0 { network.prune(sparsity: sparsity, within: .eachParameter) }
    network.pack(upTo: isPacked ? Trainer.standardPackingDensity(batchSize: batch) : 0)
    return TrainingStep(
      network, batch: batch, optimizer: OptimizerChoice.adam.make(), on: run.compute, using: &generator)
  }
}
