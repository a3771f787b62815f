public import EspalierData
public import EspalierNetworks
public import EspalierOneShot
internal import EspalierPruning
internal import EspalierTensors

/// Finds how much each layer of a trained network should lose, and in which pattern, without retraining, so that a target is
/// met and as little accuracy as possible is lost.
///
///     let search = PruningSearch(target: .atMost(.share(0.5), .latency))
///     let outcome = try search.run(network, training: training, journal: "search.json")
///     try NetworkFile(outcome!.network).write(to: "searched.safetensors")
///
/// Every layer is pruned alone to many sparsities and by patterns, once. Candidates combine these, and are judged on held-out
/// training samples; the search is evolutionary, followed by a descent over the layers' variants (see the article on automated
/// pruning). The amounts that won are applied layer after layer by `OneShotPruning`, and what comes out is judged and measured
/// again: where it misses target or bound, the next best follows.
///
/// Each candidate is tried once and kept in a journal. A run that goes on with one comes to what an uninterrupted run would, as
/// far as the clock decides nothing: costs other than latency are functions of the seed.
///
/// Source: combining layers' solutions: E. Frantar and D. Alistarh, "SPDY: accurate pruning with speedup guarantees" (ICML
/// 2022); an evolutionary search over layers' amounts under a constraint: Z. Liu et al., "MetaPruning: meta learning for
/// automatic neural network channel pruning" (ICCV 2019).
public struct PruningSearch: Sendable {
  /// How layers are pruned; its amounts do not matter.
  public var pruning: OneShotPruning
  /// What is to be reached.
  public var target: SearchTarget
  /// How it is searched for.
  public var settings: PruningSearchSettings

  /// How many of the best candidates are pruned layer after layer, before the one that misses target and bound by least is
  /// taken.
  private static let mostTrials = 6

  /// A search.
  public init(
    pruning: OneShotPruning = OneShotPruning(amounts: .uniform(0)), target: SearchTarget,
    settings: PruningSearchSettings = PruningSearchSettings()
  ) {
    self.pruning = pruning
    self.target = target
    self.settings = settings
  }

  /// Searches; nil when `observe` said to stop.
  ///
  /// `journal` is the file of what was tried, replaced at most every half a second; nil for none. `metadata` is stored with the
  /// network, and counts in a file's size. `measure` gives the seconds of a prediction; nil for inference plans, candidates in
  /// turn with the network as it was (`Network.measuredLatencyRatio`). It is called on the caller's thread while nothing else
  /// runs. `observe` is called by one thread at a time, after every variant of a layer and every candidate.
  ///
  /// Traps when there are fewer training samples than are held out and calibrate, or they do not fit. Throws
  /// `UnreachableTarget` where the sparsest levels do not meet the target or no candidate stays within the loss allowed,
  /// `OneShotError` where a layer's inputs are not finite, and what the journal's file throws.
  public func run(
    _ network: Network, training: Dataset, journal: String? = nil, metadata: [String: String] = [:],
    measure: (@Sendable (Network) -> Double)? = nil,
    observe: @escaping @Sendable (PruningSearchProgress) -> Bool = { _ in true }
  ) throws -> PruningSearchOutcome? {
    do {
      let bench = try SearchBench(
        self, network, training, journal: journal, metadata: metadata, measure: measure, observe: observe)
      let limit = try bench.limit(of: target)
      var evolution = SearchEvolution(bench.variants, desk: bench.desk, settings: settings, limit: limit)
      try evolution.run()
      return try outcome(bench, limit)
    } catch is SearchStopped {
      return nil
    }
  }

  private func outcome(_ bench: SearchBench, _ limit: Double) throws -> PruningSearchOutcome {
    let points = bench.desk.points
    let least = bench.dense.accuracy - (settings.lossAllowed ?? 1)
    let affordable = points.filter { $0.cost <= limit }
    let ranked = affordable.filter { $0.accuracy >= least }.sorted { $0.isBetter(than: $1, at: limit) }
    guard !ranked.isEmpty else {
      let best = affordable.map(\.accuracy).max() ?? 0
      let points = { (share: Double) in (100 * share).formatted(decimals: 2) }
      throw UnreachableTarget(
        expected:
          "at most \(target.cost.words(limit)) and \(points(bench.dense.accuracy - least)) points lost",
        found: "\(points(bench.dense.accuracy - best)) points lost by the most accurate candidate")
    }
    var best: SearchTrial?
    for point in ranked.prefix(Self.mostTrials) {
      let trial = try bench.trial(point, pruning, target, limit: limit, leastAccuracy: least)
      if best.map({ trial.excess < $0.excess }) ?? true { best = trial }
      if trial.excess == 0 { break }
    }
    return PruningSearchOutcome(
      target: target, dense: bench.dense, points: points,
      sizes: bench.variants.layers.map(\.weights),
      variants: bench.variants.layers.map { layer in layer.variants.map { ($0.amount, $0.pruned) } },
      trial: best!)
  }
}
