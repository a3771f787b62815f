public import EspalierData
public import EspalierNetworks
internal import EspalierPruning
internal import EspalierTraining

/// What a suggestion reaches, beside two plain ways to as many weights.
public struct SuggestionComparison: Sendable, Hashable, Codable {
  /// How well a network answers.
  public struct Quality: Sendable, Hashable, Codable {
    /// The accuracy, in 0…1.
    public let accuracy: Double
    /// The mean loss.
    public let loss: Double
  }

  /// Pruned as suggested.
  public let suggested: Quality
  /// Every parameter of the suggestion pruned to the sparsity of all.
  public let uniform: Quality
  /// The smallest weights of all those parameters together pruned.
  public let global: Quality

  /// Prunes copies of a network in the three ways and evaluates them. Three evaluations. Traps when the suggestion names a
  /// parameter that the network does not have, or the samples do not fit it.
  public init(
    _ suggestion: SparsitySuggestion, of network: Network, on dataset: Dataset,
    loss: any Loss = CrossEntropy()
  ) {
    let names = Set(suggestion.layers.map(\.name))
    let selection = ParameterSelection { path, _ in names.contains(path.description) }
    func quality(_ prune: (inout Network) -> Void) -> Quality {
      var copy = network
      prune(&copy)
      let evaluation = copy.evaluate(on: dataset, loss: loss)
      return Quality(accuracy: evaluation.accuracy, loss: evaluation.loss)
    }
    suggested = quality { $0.prune(suggestion) }
    uniform = quality { $0.prune(sparsity: suggestion.sparsity, within: .eachParameter, selection) }
    global = quality { $0.prune(sparsity: suggestion.sparsity, within: .network, selection) }
  }
}
