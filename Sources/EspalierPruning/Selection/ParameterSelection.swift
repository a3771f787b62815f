public import EspalierNetworks

/// Which parameters of a network something applies to.
public struct ParameterSelection: Sendable {
  private let includes: @Sendable (ParameterPath, Parameter) -> Bool

  /// The parameters for which `includes` is true.
  public init(where includes: @escaping @Sendable (ParameterPath, Parameter) -> Bool) {
    self.includes = includes
  }

  /// All weights; biases are exempt.
  public static let weights = ParameterSelection { _, parameter in parameter.role == .weight }

  /// Weights and biases.
  public static let all = ParameterSelection { _, _ in true }

  /// The weights of the nodes with the given names.
  public static func weights(of nodes: some Collection<String>) -> ParameterSelection {
    let names = Set(nodes)
    return ParameterSelection { path, parameter in parameter.role == .weight && names.contains(path.node) }
  }

  /// Whether the parameter at `path` is selected.
  public func contains(_ path: ParameterPath, _ parameter: Parameter) -> Bool { includes(path, parameter) }
}
