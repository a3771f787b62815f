public import EspalierPruning

/// How a network is pruned, as plain values that can be written down: what a `Pruner` is made from.
public struct PruningChoice: Sendable, Hashable, Codable {
  /// Which weights matter.
  public var criterion: CriterionName
  /// Which weights go together.
  public var pattern: PatternName
  /// How much each layer gives.
  public var distribution: DistributionName
  /// The sparsity of each node instead of a distribution; nil for the distribution's.
  public var perLayer: [String: Double]?
  /// The fewest units that stay of each parameter.
  public var floor: Int
  /// The nodes whose weights are pruned; nil for all.
  public var layers: [String]?
  /// Whether biases are pruned as well.
  public var biases: Bool
  /// Training samples that calibrate criteria which need any.
  public var samples: Int

  /// A choice; by default the smallest magnitudes of the whole network.
  public init(
    criterion: CriterionName = .magnitude, pattern: PatternName = .weights,
    distribution: DistributionName = .global, perLayer: [String: Double]? = nil, floor: Int = 1,
    layers: [String]? = nil, biases: Bool = false, samples: Int = 512
  ) {
    self.criterion = criterion
    self.pattern = pattern
    self.distribution = distribution
    self.perLayer = perLayer
    self.floor = floor
    self.layers = layers
    self.biases = biases
    self.samples = samples
  }

  /// Whether pattern or sparsities per layer fix the amount.
  public var fixesAmount: Bool { perLayer != nil || pattern.pattern().fixedDensity != nil }

  /// The pruner.
  public var pruner: Pruner {
    Pruner(
      criterion: criterion.criterion, pattern: pattern.pattern(pooling: criterion.pooling),
      distribution: perLayer.map(PerLayerDistribution.init) ?? distribution.distribution,
      selection: selection, minimumKept: floor)
  }

  private var selection: ParameterSelection {
    let (names, biases) = (layers.map(Set.init), biases)
    return ParameterSelection { path, parameter in
      (names?.contains(path.node) ?? true)
        && (parameter.role == .weight || (biases && parameter.role == .bias))
    }
  }
}
