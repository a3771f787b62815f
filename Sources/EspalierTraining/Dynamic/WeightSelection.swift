public import EspalierNetworks
public import EspalierPruning

/// Which weights a callback works on: a plain value that can stand in a file, as `{}`, `{"layers": ["fc1"]}` or
/// `{"except": ["fc3"]}`. Biases are always exempt.
public enum WeightSelection: Sendable, Hashable {
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

extension WeightSelection: Codable {
  private enum CodingKeys: String, CodingKey { case layers, except }

  /// Reads one of the three forms; throws when both keys are there.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let layers = try container.decodeIfPresent([String].self, forKey: .layers)
    let exempt = try container.decodeIfPresent([String].self, forKey: .except)
    switch (layers, exempt) {
    case (nil, nil): self = .all
    case (let names?, nil): self = .layers(names)
    case (nil, let names?): self = .allExcept(names)
    case (.some, .some):
      throw DecodingError.dataCorruptedError(
        forKey: .except, in: container, debugDescription: "expected layers or except, found both")
    }
  }

  /// Writes one of the three forms.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .all: break
    case .layers(let names): try container.encode(names, forKey: .layers)
    case .allExcept(let names): try container.encode(names, forKey: .except)
    }
  }
}
