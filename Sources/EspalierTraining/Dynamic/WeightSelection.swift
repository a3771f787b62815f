public import EspalierNetworks
public import EspalierPruning

/// Which weights a callback works on: a plain value that can stand in a file, as `{}`, `{"layers": ["fc1"]}`,
/// `{"except": ["fc3"]}` or `{"role": "scale"}`. Biases are always exempt, and scales unless they are asked for.
public enum WeightSelection: Sendable, Hashable {
  /// Those of all layers.
  case all
  /// Those of the layers with these names.
  case layers([String])
  /// Those of all layers but these.
  case allExcept([String])
  /// The scales of normalisations, and no weights.
  case scales

  /// Whether the parameter at `path` is selected.
  public func contains(_ path: ParameterPath, _ parameter: Parameter) -> Bool {
    guard parameter.role == (self == .scales ? .scale : .weight) else { return false }
    return switch self {
    case .all, .scales: true
    case .layers(let names): names.contains(path.node)
    case .allExcept(let names): !names.contains(path.node)
    }
  }

  /// The same selection for pruning.
  public var parameters: ParameterSelection { ParameterSelection(where: contains) }
}

extension WeightSelection: Codable {
  private enum CodingKeys: String, CodingKey { case layers, except, role }

  /// Reads one of the forms; throws when several keys are there.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let layers = try container.decodeIfPresent([String].self, forKey: .layers)
    let exempt = try container.decodeIfPresent([String].self, forKey: .except)
    if let role = try container.decodeIfPresent(Parameter.Role.self, forKey: .role) {
      guard role == .scale, layers == nil, exempt == nil else {
        throw DecodingError.dataCorruptedError(
          forKey: .role, in: container, debugDescription: "expected the role scale and no other key")
      }
      self = .scales
      return
    }
    switch (layers, exempt) {
    case (nil, nil): self = .all
    case (let names?, nil): self = .layers(names)
    case (nil, let names?): self = .allExcept(names)
    case (.some, .some):
      throw DecodingError.dataCorruptedError(
        forKey: .except, in: container, debugDescription: "expected layers or except, found both")
    }
  }

  /// Writes one of the forms.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .all: break
    case .layers(let names): try container.encode(names, forKey: .layers)
    case .allExcept(let names): try container.encode(names, forKey: .except)
    case .scales: try container.encode(Parameter.Role.scale, forKey: .role)
    }
  }
}
