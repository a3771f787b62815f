public import EspalierPruning
internal import EspalierTensors

/// What a search is to reach.
public enum SearchTarget: Sendable, Hashable {
  /// At least this share of the weights of all layers that may be pruned is to go, 0…1.
  case sparsity(Double)
  /// No more than this is to remain of a cost.
  case atMost(StructuredTarget.Limit, SearchCost)

  /// What counts.
  public var cost: SearchCost {
    switch self {
    case .sparsity: .weights
    case .atMost(_, let cost): cost
    }
  }
}

/// What a network costs, as a search sees it.
public enum SearchCost: String, Sendable, Hashable, Codable, CaseIterable {
  /// Surviving weights of the layers that may be pruned.
  case weights
  /// Multiplications of surviving weights by activations, one sample.
  case multiplyAccumulates = "multiply-accumulates"
  /// Bytes of the file that stores survivors only, in single precision (`NetworkForm.compact`).
  case fileBytes = "bytes of the file"
  /// The measured seconds of a prediction.
  case latency

  /// An amount in words: 12.34 µs, 56789 weights.
  public func words(_ amount: Double) -> String {
    switch self {
    case .latency: "\((1e6 * amount).formatted(decimals: 2)) µs"
    case .fileBytes: "\(amount.formatted(decimals: 0)) bytes"
    case .weights, .multiplyAccumulates: "\(amount.formatted(decimals: 0)) \(rawValue)"
    }
  }
}
