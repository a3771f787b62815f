internal import EspalierData
internal import EspalierInference
internal import EspalierNetworks
internal import EspalierOneShot
internal import EspalierPruning
internal import EspalierTensors
internal import EspalierTraining

/// What a search works with: samples, prepared layers, judge and desk.
struct SearchBench {
  let variants: LayerVariants
  let desk: SearchDesk
  /// The network as it was.
  let dense: SearchPoint
  private let network: Network
  private let calibration: Dataset
  private let judge: SearchJudge
  private let gauge: SearchGauge

  init(
    _ search: PruningSearch, _ network: Network, _ training: Dataset, journal: String?,
    metadata: [String: String],
    measure: (@Sendable (Network) -> Double)?, observe: @escaping @Sendable (PruningSearchProgress) -> Bool
  ) throws {
    let settings = search.settings
    precondition(
      settings.calibration <= training.count && settings.heldOut <= training.count - settings.calibration,
      "\(settings.heldOut) held-out samples and \(settings.calibration) to calibrate of \(training.count)")
    let parts = training.split(holdingOut: settings.heldOut, seed: settings.seed)
    calibration = parts.rest.prefix(settings.calibration)
    let variants = try LayerVariants(
      search.pruning, of: network, at: settings.levels, patterns: settings.patterns,
      calibration: calibration.samples(for: network)
    ) { observe(PruningSearchProgress(prepared: $0, tried: 0, point: nil)) }
    guard let variants else { throw SearchStopped() }
    self.variants = variants
    judge = SearchJudge(parts.heldOut, original: network, usesLabels: settings.usesLabels)
    let quality = ThreadCount.$current.withValue(1) { [judge] in judge.judge(network) }
    let store = SearchStore(journal, head: search.head(variants, quality, metadata))
    let known = try store.points()
    let whole = variants.layers.map { _ in 0 }
    gauge = SearchGauge(
      cost: search.target.cost, layers: Set(variants.layers.map(\.name)), metadata: metadata,
      clock: measure, batchSize: settings.batchSize, reference: network,
      seconds: known.first { $0.choice == whole }?.cost)
    desk = SearchDesk(
      variants, calibration: calibration, judge: judge, gauge: gauge, store: store, known: known,
      observe: observe)
    dense = try desk.evaluate([whole])[0]
    self.network = network
  }

  /// What may remain; throws when even the sparsest levels cost more.
  func limit(of target: SearchTarget) throws -> Double {
    let limit =
      switch target {
      case .sparsity(let sparsity):
        ((1 - sparsity) * Double(variants.layers.reduce(0) { $0 + $1.weights })).rounded()
      case .atMost(.share(let share), _): share * dense.cost
      case .atMost(.amount(let amount), _): amount
      }
    let sparsest = try desk.evaluate([variants.layers.map { $0.variants.count - 1 }])[0]
    guard sparsest.cost <= limit else {
      throw UnreachableTarget(
        expected: "at most \(target.cost.words(limit))",
        found: "\(target.cost.words(sparsest.cost)) with every layer as sparse as it is tried")
    }
    return limit
  }

  /// Prunes layer after layer by a candidate's amounts, and judges and measures the result.
  func trial(
    _ point: SearchPoint, _ pruning: OneShotPruning, _ target: SearchTarget, limit: Double,
    leastAccuracy: Double
  ) throws -> SearchTrial {
    var pruning = pruning
    pruning.amounts = variants.amounts(point.choice)
    var pruned = network
    let layers = try pruning.prune(&pruned, calibration: calibration.samples(for: network))
    if !pruning.restoresOutputs { pruned.recalibrateBatchNorm(on: calibration) }
    let quality = judge.judge(pruned)
    let costs = try gauge.costs(before: network, after: pruned)
    var limit = limit
    if case .atMost(.share(let share), .latency) = target { limit = share * costs.before }
    let found = SearchPoint(
      choice: point.choice, accuracy: quality.accuracy, loss: quality.loss, cost: costs.after)
    return SearchTrial(
      point: found, costBefore: costs.before, network: pruned, layers: layers, limit: limit,
      excess: max(costs.after / max(limit, .leastNormalMagnitude) - 1, 0)
        + max(leastAccuracy - quality.accuracy, 0))
  }
}

/// A candidate pruned layer after layer.
struct SearchTrial {
  let point: SearchPoint
  let costBefore: Double
  let network: Network
  let layers: [OneShotLayerReport]
  let limit: Double
  /// By how much it misses target and bound; 0 when it meets both.
  let excess: Double
}

extension PruningSearch {
  fileprivate func head(
    _ variants: LayerVariants, _ quality: (accuracy: Double, loss: Double), _ metadata: [String: String]
  ) -> SearchStore.Head {
    SearchStore.Head(
      method: "\(pruning.method), damping \(pruning.damping)", layers: variants.layers.map(\.name),
      variants: variants.layers.map { $0.variants.map { "\($0.amount)" } }, cost: target.cost,
      batchSize: settings.batchSize,
      place: target.cost == .latency ? Compute.current.measurementPlace : [], heldOut: settings.heldOut,
      calibration: settings.calibration, usesLabels: settings.usesLabels,
      metadata: target.cost == .fileBytes ? metadata : [:], seed: settings.seed, accuracy: quality.accuracy,
      loss: quality.loss)
  }
}
