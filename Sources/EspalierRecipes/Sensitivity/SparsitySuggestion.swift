internal import EspalierNetworks
public import EspalierPruning
internal import EspalierTensors

/// How much of each layer to prune for a wanted sparsity of all together.
public struct SparsitySuggestion: Sendable, Hashable, Codable {
  /// One parameter's amount.
  public struct Layer: Sendable, Hashable, Codable {
    /// The node's name, such as `fc1`.
    public let node: String
    /// The parameter's path, such as `fc1.weight`.
    public let name: String
    /// Its weights.
    public let weights: Int
    /// Those that should be gone, earlier ones included.
    public let pruned: Int

    /// pruned / weights; pruning to this sparsity prunes exactly `pruned`.
    public var sparsity: Double { Double(pruned) / Double(weights) }

    /// The sparsity with as few decimals as still prune exactly `pruned`.
    public var sparsityText: String {
      for decimals in 1...15 {
        let text = sparsity.formatted(decimals: decimals)
        // Not to the half, which may be rounded either way.
        if let value = Double(text), abs(value * Double(weights) - Double(pruned)) < 0.499 { return text }
      }
      return "\(sparsity)"
    }
  }

  /// The parameters, in the order of the network.
  public let layers: [Layer]
  /// The sum of what each layer's pruning alone costs, by the measurements: the loss that is added, or the accuracy that
  /// is lost.
  public let predictedCost: Double

  /// The weights that should be gone of all.
  public var pruned: Int { layers.reduce(0) { $0 + $1.pruned } }
  /// All weights.
  public var weights: Int { layers.reduce(0) { $0 + $1.weights } }
  /// pruned / weights.
  public var sparsity: Double { Double(pruned) / Double(max(weights, 1)) }

  /// The amounts as `fc1=0.97,fc2=0.9`, an argument of `espalier prune --per-layer`.
  public var argument: String { layers.map { "\($0.node)=\($0.sparsityText)" }.joined(separator: ",") }

  /// What prunes a network to these amounts: `suggestion.pruner().prune(&network, to: .given)`.
  public func pruner(criterion: any PruningCriterion = MagnitudeCriterion()) -> Pruner {
    let names = Set(layers.map(\.name))
    let amounts = Dictionary(uniqueKeysWithValues: layers.map { ($0.node, $0.sparsity) })
    return Pruner(
      criterion: criterion, distribution: PerLayerDistribution(amounts),
      selection: ParameterSelection { path, _ in names.contains(path.description) }, minimumKept: 0)
  }
}
