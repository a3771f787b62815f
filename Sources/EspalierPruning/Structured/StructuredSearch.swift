package import EspalierNetworks

/// Looks for the smallest beginning of a ranking whose removal meets a limit, by bisection: costs fall with every unit, and
/// latencies do on the whole.
struct StructuredSearch {
  private let network: Network
  /// The network of whose cost a limit is a share; nil for the same, which is then measured but once.
  private let whole: Network?
  private let ranking: UnitRanking
  private let cost: StructuredTarget.Cost
  private let measure: ((Network) -> Double)?

  init(
    _ network: Network, of whole: Network?, _ ranking: UnitRanking, _ cost: StructuredTarget.Cost,
    measure: ((Network) -> Double)?
  ) {
    self.network = network
    self.whole = whole
    self.ranking = ranking
    self.cost = cost
    self.measure = measure
  }

  /// What a cut leaves, and what that costs.
  private typealias Cut = (network: Network, cost: Double)

  func smallestCut(_ limit: StructuredTarget.Limit) throws -> StructuredPruning {
    let now = cost(of: network)
    let whole = self.whole.map(cost) ?? now
    let most =
      switch limit {
      case .share(let share): share * whole
      case .amount(let amount): amount
      }
    if now <= most { return result(now, (network, now)) }
    var (low, high) = (0, ranking.removableCount)
    var best = try cut(high)
    guard best.cost <= most else { throw unreachable(most, best.cost) }
    while high - low > 1 {
      let middle = (low + high) / 2
      let found = try cut(middle)
      if found.cost <= most { (high, best) = (middle, found) } else { low = middle }
    }
    return result(now, best)
  }

  private func cut(_ count: Int) throws -> Cut {
    let smaller = try network.removing(ranking.removals(count))
    return (smaller, cost(of: smaller))
  }

  private func cost(of network: Network) -> Double { cost.value(of: network, measure) }

  private func result(_ now: Double, _ best: Cut) -> StructuredPruning {
    StructuredPruning(best.network, from: network, latency: cost == .latency ? (now, best.cost) : nil)
  }

  private func unreachable(_ most: Double, _ least: Double) -> UnreachableTarget {
    func text(_ value: Double) -> String { cost == .latency ? "\(value) s" : "\(Int(value))" }
    return UnreachableTarget(
      expected: "at most \(text(most)) of \(cost.rawValue)",
      found: "\(text(least)) with as few channels as may stay")
  }
}

extension StructuredTarget.Cost {
  /// What a network costs; a latency traps without a measure.
  package func value(of network: Network, _ measure: ((Network) -> Double)?) -> Double {
    switch self {
    case .multiplyAccumulates: Double(network.multiplyAccumulates.surviving)
    case .parameters: Double(network.parameters.reduce(0) { $0 + $1.parameter.survivors })
    case .latency: measure!(network)
    }
  }
}
