internal import EspalierData
internal import EspalierNetworks
internal import EspalierPruning
internal import EspalierTraining

/// The jobs of a comparison.
struct ComparisonWork: Sendable {
  let settings: ComparisonSettings
  let training: Dataset
  let test: Dataset
  let desk: ComparisonDesk
  let store: ComparisonStore
  let network: @Sendable (UInt64) -> Network

  typealias Job = @Sendable () throws -> Void

  /// The dense trainings that are not done yet, of all seeds.
  func denseTrainings() -> [Job] {
    settings.seeds.flatMap { seed in
      Regularizer.allCases.compactMap { regularizer -> Job? in
        let families = settings.families.filter { $0.dense == regularizer }
        guard families.contains(where: { !isDone($0, seed) }),
          store.network(Self.name(regularizer, seed)) == nil
        else { return nil }
        desk.expect(epochs: settings.epochs)
        return {
          _ = try dense(regularizer, seed)
        }
      }
    }
  }

  /// The points that are not done yet: chains first, for they take longest.
  func pointJobs() -> [Job] {
    let families = settings.families.filter(\.isChain) + settings.families.filter { !$0.isChain }
    return families.flatMap { family in
      settings.seeds.flatMap { seed -> [Job] in
        let open = settings.sparsities.filter { desk.point(family, seed, $0) == nil }
        desk.expect(epochs: open.reduce(0) { $0 + epochs(family, $1) })
        if family.isChain { return open.isEmpty ? [] : [{ try chain(family, seed) }] }
        return open.map { sparsity in { try point(family, seed, sparsity) } }
      }
    }
  }

  private func isDone(_ family: ComparisonFamily, _ seed: UInt64) -> Bool {
    settings.sparsities.allSatisfy { desk.point(family, seed, $0) != nil }
  }

  private func epochs(_ family: ComparisonFamily, _ sparsity: Double) -> Int {
    switch family {
    case .pruneOnly, .pruneRegularized: 0
    case .retrainL1, .retrainL2, .iterative: sparsity > 0 ? settings.retrainEpochs : 0
    case .lotteryTicket: sparsity > 0 ? settings.epochs : 0
    case .rigl: settings.epochs
    }
  }

  private static func name(_ regularizer: Regularizer, _ seed: UInt64) -> String {
    "dense-\(regularizer.rawValue)-\(seed)"
  }

  /// A point that begins with the dense network, or with a fresh one.
  private func point(_ family: ComparisonFamily, _ seed: UInt64, _ sparsity: Double) throws {
    guard let regularizer = family.dense else { return try rigl(seed, sparsity) }
    guard var pruned = try dense(regularizer, seed) else { return }
    prune(&pruned, to: sparsity, seed)
    let count = epochs(family, sparsity)
    guard try train(&pruned, seed, regularizer, epochs: count, after: settings.epochs) else { return }
    try add(pruned, family, seed, sparsity)
  }

  private func rigl(_ seed: UInt64, _ sparsity: Double) throws {
    var sparse = network(seed)
    let callbacks: [any TrainingCallback] = sparsity > 0 ? [RigL(RigL.Settings(density: 1 - sparsity))] : []
    guard try train(&sparse, seed, .l2, epochs: settings.epochs, after: 0, callbacks) else { return }
    try add(sparse, .rigl, seed, sparsity)
  }

  /// One share after another, each beginning where the one before ended.
  private func chain(_ family: ComparisonFamily, _ seed: UInt64) throws {
    let done = settings.sparsities.prefix { desk.point(family, seed, $0) != nil }
    let kept = store.network(link(family, seed, done.count))
    // A link that was lost is made again from the dense network, to the same numbers.
    guard var current = try kept ?? dense(.l2, seed) else { return }
    var first = kept == nil ? 0 : done.count
    var trained = settings.epochs + settings.sparsities.prefix(first).reduce(0) { $0 + epochs(family, $1) }
    while first < settings.sparsities.count {
      let sparsity = settings.sparsities[first]
      prune(&current, to: sparsity, seed)
      if family == .lotteryTicket, sparsity > 0 { current = network(seed).masked(like: current) }
      let count = epochs(family, sparsity)
      guard try train(&current, seed, .l2, epochs: count, after: trained) else { return }
      trained += count
      first += 1
      try store.keep(current, as: link(family, seed, first))
      if desk.point(family, seed, sparsity) == nil { try add(current, family, seed, sparsity) }
      store.forget(link(family, seed, first - 1))
    }
    store.forget(link(family, seed, first))
  }

  private func link(_ family: ComparisonFamily, _ seed: UInt64, _ count: Int) -> String {
    "\(family.rawValue)-\(seed)-\(count)"
  }

  /// The dense network of a seed; nil when to stop.
  private func dense(_ regularizer: Regularizer, _ seed: UInt64) throws -> Network? {
    if let kept = store.network(Self.name(regularizer, seed)) { return kept }
    var dense = network(seed)
    guard try train(&dense, seed, regularizer, epochs: settings.epochs, after: 0) else { return nil }
    try store.keep(dense, as: Self.name(regularizer, seed))
    return dense
  }

  private func prune(_ network: inout Network, to sparsity: Double, _ seed: UInt64) {
    let pruner = settings.pruning.pruner
    let samples = pruner.criterion.needs > .weights ? training.prefix(settings.pruning.samples) : nil
    pruner.prune(&network, to: .sparsity(sparsity), samples: samples, seed: seed)
  }

  /// Trains; false when to stop.
  private func train(
    _ network: inout Network, _ seed: UInt64, _ regularizer: Regularizer, epochs: Int, after done: Int,
    _ callbacks: [any TrainingCallback] = []
  ) throws -> Bool {
    guard epochs > 0 else { return desk.proceeds() }
    var trainer = settings.training(seed: seed, regularizer).trainer(epochs: epochs, epochsDone: done)
    trainer.callbacks += callbacks + settings.callbacks(regularizer)
    let history = trainer.train(&network, on: training) { event in
      if case .batch(let progress) = event {
        // Asking takes a lock that all threads share.
        let isTime = progress.samplesDone / settings.training.batchSize % 32 == 0
        return (isTime ? desk.proceeds() : !desk.isStopped) ? .proceed : .stop
      }
      return desk.proceeds(epochsDone: 1) ? .proceed : .stop
    }
    if history.end == .diverged {
      throw DivergedTraining(name: "training with \(regularizer.rawValue) regularisation, seed \(seed)")
    }
    return history.end == .finished
  }

  private func add(_ network: Network, _ family: ComparisonFamily, _ seed: UInt64, _ sparsity: Double) throws
  {
    let evaluation = network.evaluate(on: test, loss: settings.training.loss)
    try desk.add(
      ComparisonPoint(
        family: family, seed: seed, sparsity: sparsity, accuracy: evaluation.accuracy, loss: evaluation.loss))
  }
}
