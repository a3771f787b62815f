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
  /// What each layer's variants are, and how many weights go by each, from the fewest to the most.
  public let variants: [[(amount: LayerAmount, pruned: Int)]]
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
    target: SearchTarget, dense: SearchPoint, points: [SearchPoint], sizes: [Int],
    variants: [[(amount: LayerAmount, pruned: Int)]],
    trial: SearchTrial
  ) {
    self.target = target
    self.limit = trial.limit
    self.dense = dense
    self.points = points
    front = SearchPoint.front(of: points)
    self.sizes = sizes
    self.variants = variants
    chosen = trial.point
    costBefore = trial.costBefore
    meetsTarget = trial.excess == 0
    layers = trial.layers
    network = trial.network
  }

  /// What goes of each layer in a candidate: a count, or a pattern.
  public func amounts(of point: SearchPoint) -> [LayerAmount] {
    zip(variants, point.choice).map { $0[$1].amount }
  }

  /// The sparsity of each layer in a candidate, 0…1.
  public func sparsities(of point: SearchPoint) -> [Double] {
    zip(zip(sizes, variants), point.choice).map { Double($0.1[$1].pruned) / Double(max($0.0, 1)) }
  }

  /// The share of all weights that is gone in a candidate, 0…1.
  public func sparsity(of point: SearchPoint) -> Double {
    Double(zip(variants, point.choice).reduce(0) { $0 + $1.0[$1.1].pruned })
      / Double(max(sizes.reduce(0, +), 1))
  }
}
