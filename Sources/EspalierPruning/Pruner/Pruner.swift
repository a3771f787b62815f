public import EspalierData
public import EspalierNetworks
internal import EspalierTensors

/// Prunes networks: criterion × pattern × distribution, each chosen for itself.
///
///     let pruner = Pruner(criterion: TaylorCriterion(), distribution: GlobalDistribution())
///     pruner.prune(&network, to: .sparsity(0.95), samples: training.prefix(512))
///
/// Masks compose by intersection: what was pruned before stays pruned and counts as pruned. The number that stays is exact,
/// unless the floor keeps more; ties go in the order of the indices. The same on every backend, but for criteria that compute gradients or activity, which
/// agree to rounding.
public struct Pruner: Sendable {
  /// Which weights matter.
  public var criterion: any PruningCriterion
  /// Which weights go together.
  public var pattern: any PruningPattern
  /// How much each layer gives.
  public var distribution: any PruningDistribution
  /// Which parameters are pruned; the others are exempt.
  public var selection: ParameterSelection
  /// The fewest units that stay of each parameter that has them, so that none is cut off: at 0 a layer may go entirely.
  /// Thresholds heed it too.
  public var minimumKept: Int

  /// A pruner; by default the smallest magnitudes of each layer, at least one weight staying.
  public init(
    criterion: any PruningCriterion = MagnitudeCriterion(), pattern: any PruningPattern = SingleWeights(),
    distribution: any PruningDistribution = UniformDistribution(), selection: ParameterSelection = .weights,
    minimumKept: Int = 1
  ) {
    precondition(minimumKept >= 0, "a floor of \(minimumKept) units")
    self.criterion = criterion
    self.pattern = pattern
    self.distribution = distribution
    self.selection = selection
    self.minimumKept = minimumKept
  }

  /// Prunes `network` in place and returns what happened to each selected parameter; `PrunedParameter.threshold` is the
  /// largest score that went, or the threshold itself where one was given.
  ///
  /// `samples` calibrate criteria that need them, with `loss`; `seed` decides random scores. Workspaces that were planned for
  /// the network before are of no use if it is packed. Traps when the criterion needs samples and there are none, when the
  /// amount is out of range, or when it is `.given` and neither pattern nor distribution fixes it, or the other way round.
  @discardableResult
  public func prune(
    _ network: inout Network, to amount: PruningAmount, samples: Dataset? = nil,
    loss: any Loss = CrossEntropy(), seed: UInt64 = 1
  ) -> [PrunedParameter] {
    requireConsistent(amount)
    let before = survivors(in: network)
    var thresholds: [ParameterPath: Float] = [:]
    var goal = PruningGoal(rounds: criterion.rounds)
    for round in 1...criterion.rounds {
      let choice = choose(
        in: network, amount, &goal, round, samples: samples, loss: loss, seed: seed &+ UInt64(round - 1))
      network.visitParameters { path, parameter in
        if let mask = choice.masks[path] { parameter.prune(keepingCandidates: mask) }
      }
      thresholds.merge(choice.thresholds) { $1 }
      guard goal.isCounted else { break }
    }
    return before.map { path, survivors in
      PrunedParameter(
        path: path, threshold: thresholds[path] ?? 0, before: survivors, after: network[path]!.survivors)
    }
  }

  /// How many units of the selected parameters have survivors.
  public func unitsAlive(in network: Network) -> Int {
    network.parameters.filter { selection.contains($0.path, $0.parameter) }.reduce(0) { sum, entry in
      let candidates = PruningCandidates(entry.path, entry.parameter)
      return sum + candidates.units(candidates.values, pattern).survivors
    }
  }

  private func survivors(in network: Network) -> [(path: ParameterPath, survivors: Int)] {
    network.parameters.filter { selection.contains($0.path, $0.parameter) }
      .map { ($0.path, $0.parameter.survivors) }
  }

  private func requireConsistent(_ amount: PruningAmount) {
    let isFixed = pattern.fixedDensity != nil || distribution.fixesAmount
    precondition(
      isFixed == (amount == .given),
      isFixed
        ? "the pattern or the distribution fixes the amount itself: \(amount) cannot be met as well"
        : "neither the pattern nor the distribution fixes an amount")
  }

  /// What a round keeps. A function of its own, so that no copy of a weight is alive when the weights change, which would have
  /// to be duplicated.
  private func choose(
    in network: Network, _ amount: PruningAmount, _ goal: inout PruningGoal, _ round: Int, samples: Dataset?,
    loss: any Loss, seed: UInt64
  ) -> (masks: [ParameterPath: Mask], thresholds: [ParameterPath: Float]) {
    let evidence = PruningEvidence(of: network, samples: samples, loss: loss, seed: seed)
    let layers = score(network, evidence)
    let kept = keep(layers, amount, goal.kept(after: round, of: layers, amount), network)
    var (masks, thresholds): ([ParameterPath: Mask], [ParameterPath: Float]) = ([:], [:])
    for (layer, kept) in zip(layers, kept) {
      if kept.mask.survivors < layer.alive { masks[layer.path] = layer.units.candidates(of: kept.mask) }
      thresholds[layer.path] = kept.threshold ?? layer.units.largestScore(without: kept.mask)
    }
    return (masks, thresholds)
  }

  private func score(_ network: Network, _ evidence: PruningEvidence) -> [PrunableLayer] {
    let plain = criterion is MagnitudeCriterion && (pattern as? SingleWeights)?.comparison == .parameter
    return network.parameters.filter { selection.contains($0.path, $0.parameter) }.map { path, parameter in
      let candidates = PruningCandidates(path, parameter)
      return PrunableLayer(
        path: path, shape: parameter.shape, unitCount: pattern.unitCount(in: parameter.shape),
        units: plain
          ? PruningUnits(magnitudesOf: candidates)
          : candidates.units(criterion.scores(of: candidates, from: evidence), pattern))
    }
  }

  /// The units that stay in each layer, and the threshold where one was asked for.
  private func keep(
    _ layers: [PrunableLayer], _ amount: PruningAmount, _ target: Int?, _ network: Network
  ) -> [KeptUnits] {
    switch amount {
    case .threshold(let threshold): return layers.map { atLeast(threshold, $0) }
    case .standardDeviations(let multiple):
      return layers.map { layer in
        let limit = multiple * network[layer.path]!.standardDeviation
        return atLeast(limit.isNaN ? 0 : Float(min(limit, Double(Float.greatestFiniteMagnitude))), layer)
      }
    default:
      return zip(layers, keptCounts(of: layers, total: target ?? 0)).map { layer, count in
        KeptUnits(mask: pattern.kept(of: layer.units, count: count), threshold: nil)
      }
    }
  }

  private func atLeast(_ threshold: Float, _ layer: PrunableLayer) -> KeptUnits {
    let kept = layer.units.atLeast(threshold)
    let least = min(minimumKept, layer.alive)
    return KeptUnits(
      mask: kept.survivors >= least ? kept : layer.units.largest(least), threshold: threshold)
  }

  /// Asks the distribution again without the layers that would fall below the floor, until none does.
  private func keptCounts(of layers: [PrunableLayer], total: Int) -> [Int] {
    let least = layers.map { min(minimumKept, $0.alive) }
    var atFloor: Set<Int> = []
    while true {
      let open = layers.indices.filter { !atFloor.contains($0) }
      let left = max(total - atFloor.reduce(0) { $0 + least[$1] }, 0)
      let found = distribution.kept(of: open.map { layers[$0] }, total: left)
      var counts = least
      for (index, count) in zip(open, found) { counts[index] = count }
      let below = open.filter { counts[$0] < least[$0] }
      guard !below.isEmpty else { return counts }
      atFloor.formUnion(below)
    }
  }
}

private struct KeptUnits {
  let mask: Mask
  let threshold: Float?
}

/// How many units stay after each round, the same share of what is left each time.
private struct PruningGoal {
  let rounds: Int
  private var ends: (alive: Int, kept: Int?)?

  init(rounds: Int) { self.rounds = rounds }

  /// Whether a number of units is to stay; false where scores decide or the amount is given.
  var isCounted: Bool { ends?.kept != nil }

  /// Nil where scores decide or the amount is given.
  mutating func kept(after round: Int, of layers: [PrunableLayer], _ amount: PruningAmount) -> Int? {
    let ends =
      self.ends
      ?? {
        let alive = layers.reduce(0) { $0 + $1.alive }
        return (alive, amount.kept(of: layers.reduce(0) { $0 + $1.unitCount }, alive: alive))
      }()
    self.ends = ends
    guard let kept = ends.kept, round < rounds, ends.alive > 0 else { return ends.kept }
    let sparsity = IterativeSparsity(rounds: rounds)
      .sparsity(after: round, from: 0, to: 1 - Double(kept) / Double(ends.alive))
    return max(kept, Int(((1 - sparsity) * Double(ends.alive)).rounded()))
  }
}

extension PruningCandidates {
  fileprivate func units(_ scores: Tensor, _ pattern: some PruningPattern) -> PruningUnits {
    PruningUnits(self, scores: scores, pattern: pattern)
  }
}
