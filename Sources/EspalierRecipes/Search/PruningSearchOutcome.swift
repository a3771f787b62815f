public import EspalierNetworks
public import EspalierOneShot

/// What a search found.
public struct PruningSearchOutcome: Sendable {
  /// What was asked for.
  public let target: SearchTarget
  /// The cost that was allowed.
  public let limit: Double
  /// The network as it was.
  public let dense: SearchPoint
  /// All candidates that were tried, in their order.
  public let points: [SearchPoint]
  /// The Pareto front of accuracy and cost, from the cheapest to the most accurate.
  public let front: [SearchPoint]
  /// The weights of each layer.
  public let sizes: [Int]
  /// What goes of each layer at each of its levels.
  public let levels: [[Int]]
  /// The network that was chosen, pruned layer after layer, judged on the held-out samples and measured again.
  public let chosen: SearchPoint
  /// What the network as it was cost when the chosen one was measured.
  public let costBefore: Double
  /// Whether the chosen network costs no more than was allowed, measured again, and is accurate enough; where the clock says
  /// otherwise, none of the best candidates did better.
  public let meetsTarget: Bool
  /// What became of each layer of the chosen network.
  public let layers: [OneShotLayerReport]
  /// The chosen network.
  public let network: Network

  init(
    target: SearchTarget, dense: SearchPoint, points: [SearchPoint], sizes: [Int], levels: [[Int]],
    trial: SearchTrial
  ) {
    self.target = target
    self.limit = trial.limit
    self.dense = dense
    self.points = points
    front = SearchPoint.front(of: points)
    self.sizes = sizes
    self.levels = levels
    chosen = trial.point
    costBefore = trial.costBefore
    meetsTarget = trial.excess == 0
    layers = trial.layers
    network = trial.network
  }

  /// The sparsity of each layer at a candidate's levels, 0…1.
  public func sparsities(of point: SearchPoint) -> [Double] {
    zip(zip(sizes, levels), point.choice).map { Double($0.1[$1]) / Double(max($0.0, 1)) }
  }

  /// The share of all weights that is gone in a candidate, 0…1.
  public func sparsity(of point: SearchPoint) -> Double {
    Double(zip(levels, point.choice).reduce(0) { $0 + $1.0[$1.1] }) / Double(max(sizes.reduce(0, +), 1))
  }
}
