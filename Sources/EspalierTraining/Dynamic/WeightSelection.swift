public import EspalierNetworks
public import EspalierPruning

/// Which weights a callback works on: a plain value that can stand in a file. Biases are always exempt.
public enum WeightSelection: Sendable, Hashable, Codable {
  /// Those of all layers.
  case all
  /// Those of the layers with these names.
  case layers([String])
  /// Those of all layers but these.
  case allExcept([String])

  /// Whether the parameter at `path` is selected.
  public func contains(_ path: ParameterPath, _ parameter: Parameter) -> Bool {
    guard parameter.role == .weight else { return false }
    return switch self {
    case .all: true
    case .layers(let names): names.contains(path.node)
    case .allExcept(let names): !names.contains(path.node)
    }
  }

  /// The same selection for pruning.
  public var parameters: ParameterSelection { ParameterSelection(where: contains) }
}
