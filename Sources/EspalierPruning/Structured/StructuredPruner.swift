public import EspalierData
public import EspalierNetworks

/// Removes whole units — neurons, filters, channels with all that is coupled to them — so that a network is smaller, for any
/// machine and without sparse kernels.
///
///     let pruner = StructuredPruner(ranking: .global, multiple: 8)
///     let pruned = try pruner.prune(network, to: .atMost(.share(0.3), .multiplyAccumulates))
///     print(pruned.report)
///
/// The units of every dependency group (`Network.dependencyGraph`) are ranked by `importance`; those that matter least go
/// until the target is met. Retrain afterwards, and where there are normalisations recalibrate them. Deterministic, but for
/// latencies.
public struct StructuredPruner: Sendable {
  /// Which units compete.
  public enum Ranking: String, Sendable, Hashable, Codable, CaseIterable {
    /// Those of a group: each loses the same share.
    case local
    /// All: layers that matter less lose more.
    case global
  }

  /// How much each unit matters.
  public var importance: GroupImportance
  /// Which units compete.
  public var ranking: Ranking
  /// What the number of a group's remaining units is rounded up to a multiple of, where the group has as many.
  public var multiple: Int
  /// The fewest units that stay of a group. At 0 a target may ask for all of a layer, which is refused.
  public var minimumKept: Int
  /// Layers whose output channels all stay.
  public var excluded: Set<String>

  /// A pruner; traps unless `multiple` is positive and the floor not negative.
  public init(
    importance: GroupImportance = GroupImportance(), ranking: Ranking = .local, multiple: Int = 1,
    minimumKept: Int = 1, excluding excluded: Set<String> = []
  ) {
    precondition(multiple > 0, "counts cannot be multiples of \(multiple)")
    precondition(minimumKept >= 0, "a floor of \(minimumKept) units")
    self.importance = importance
    self.ranking = ranking
    self.multiple = multiple
    self.minimumKept = minimumKept
    self.excluded = excluded
  }

  /// The network without what matters least, and what became of each layer.
  ///
  /// Removes as few units as meet the target: one less would miss it.
  ///
  /// - Parameters:
  ///   - whole: the network at first, of which the target's shares count; nil for `network` as it is. So the rounds of an
  ///     iterative pruning end with exact counts.
  ///   - samples: calibrate criteria that need them, with `loss`; `seed` decides random scores.
  ///   - measure: the seconds of a prediction, for targets of latency; a target is met by the time that was measured, which
  ///     the report tells. Asked about log₂(units) times.
  /// - Throws: `UnreachableTarget` where the floor, or multiples, keep more than the target allows, or nothing can be
  ///   removed; `EmptyLayerError` where a layer would lose everything; `GroupWithoutScores`.
  ///
  /// Traps when the criterion needs samples and there are none, when the target is out of range, and when a latency is asked
  /// for without a measure.
  public func prune(
    _ network: Network, to target: StructuredTarget, of whole: Network? = nil, samples: Dataset? = nil,
    loss: any Loss = CrossEntropy(), seed: UInt64 = 1, measure: ((Network) -> Double)? = nil
  ) throws -> StructuredPruning {
    target.requireValid()
    let evidence = PruningEvidence(of: network, samples: samples, loss: loss, seed: seed)
    let ranking = try rank(evidence, whole ?? network)
    switch target {
    case .channels(let share):
      let smaller = try network.removing(ranking.removals(try count(share, ranking, of: whole ?? network)))
      return StructuredPruning(smaller, from: network, latency: nil)
    case .atMost(let limit, let cost):
      precondition(cost != .latency || measure != nil, "a target of latency needs a measure")
      let search = StructuredSearch(network, of: whole, ranking, cost, measure: measure)
      return try search.smallestCut(limit)
    }
  }

  /// Throws what `prune` would throw for a target whatever the weights are, so that nobody trains a network for days first.
  /// Latencies are not measured.
  public func requireReachable(_ target: StructuredTarget, in network: Network) throws {
    var trial = self
    trial.importance.criterion = RandomCriterion()
    var target = target
    if case .atMost(_, .latency) = target { target = .channels(0) }
    _ = try trial.prune(network, to: target)
  }

  /// The groups whose units may go.
  public func groups(of network: Network) -> [DependencyGroup] {
    network.dependencyGraph.groups.filter { group in !group.producers.contains(where: excluded.contains) }
  }

  private func rank(_ evidence: PruningEvidence, _ whole: Network) throws -> UnitRanking {
    let groups = groups(of: evidence.network)
    guard !groups.isEmpty else {
      throw UnreachableTarget(
        expected: "a layer whose channels may go",
        found: "none: inputs, outputs and excluded layers keep theirs")
    }
    var weights = WeightScores(importance.criterion, evidence)
    let wholes = Dictionary(uniqueKeysWithValues: self.groups(of: whole).map { ($0.name, $0.unitCount) })
    return UnitRanking(
      groups, scores: try groups.map { try importance.scores(of: $0, &weights) },
      wholes: groups.map { max(wholes[$0.name] ?? 0, $0.unitCount) }, isGlobal: ranking == .global,
      minimumKept: minimumKept, multiple: multiple)
  }

  private func count(_ share: Double, _ ranked: UnitRanking, of whole: Network) throws -> Int {
    guard ranking == .global else {
      guard share < 1 || minimumKept == 0 else {
        throw UnreachableTarget(
          expected: "all channels to go", found: "a floor: each layer keeps at least \(minimumKept)")
      }
      return ranked.count(ofEachGroup: share)
    }
    let total = groups(of: whole).reduce(0) { $0 + $1.unitCount }
    let gone = Int((share * Double(total)).rounded(.toNearestOrEven))
    let count = max(gone - (total - ranked.unitCount), 0)
    guard count <= ranked.removableCount else {
      throw UnreachableTarget(
        expected: "\(gone) of \(total) channels to go",
        found:
          "\(total - ranked.unitCount + ranked.removableCount) that may, for each layer keeps at least \(minimumKept)"
      )
    }
    return count
  }
}
