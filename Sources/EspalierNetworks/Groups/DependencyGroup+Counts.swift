extension DependencyGroup {
  /// How many parameter values go with one unit, pruned ones included: the slices' sizes, counted once where a unit's slices
  /// cross in one parameter.
  ///
  /// - Precondition: The group is one of this network's `dependencyGraph`.
  public func parametersPerUnit(in network: Network) -> Int {
    let taken = takenPerUnit
    return network.parameters.reduce(0) { $0 + Self.loss(of: $1.parameter, taken[$1.path]) }
  }

  /// How many multiplications of a weight by an activation go with one unit, pruned weights counted: each layer's, in
  /// proportion to the weights that it loses.
  ///
  /// - Precondition: The group is one of this network's `dependencyGraph`.
  public func multiplyAccumulatesPerUnit(in network: Network) -> Int {
    let taken = takenPerUnit
    let weights = network.parameters.filter { $0.parameter.role == .weight }
    return network.nodes.reduce(0) { sum, node in
      let own = weights.filter { $0.path.node == node.name }
      let all = own.reduce(0) { $0 + $1.parameter.count }
      let lost = own.reduce(0) { $0 + Self.loss(of: $1.parameter, taken[$1.path]) }
      return lost == 0 ? sum : sum + network.multiplyAccumulates(of: node).dense / all * lost
    }
  }

  /// By parameter and axis, how many indices go with one unit.
  private var takenPerUnit: [ParameterPath: [Int: Int]] {
    var taken: [ParameterPath: [Int: Int]] = [:]
    for slice in slices {
      taken[slice.path, default: [:]][slice.axis, default: 0] += slice.indices.countPerUnit
    }
    return taken
  }

  private static func loss(of parameter: Parameter, _ taken: [Int: Int]?) -> Int {
    guard let taken else { return 0 }
    let left = parameter.shape.enumerated().reduce(1) { $0 * ($1.element - taken[$1.offset, default: 0]) }
    return parameter.count - left
  }
}
