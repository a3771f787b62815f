extension DependencyGroup {
  /// How many parameter values go with one unit, pruned ones included: the slices' sizes, counted once where a unit's slices
  /// cross in one parameter.
  ///
  /// - Precondition: The group is one of this network's `dependencyGraph`.
  public func parametersPerUnit(in network: Network) -> Int {
    var taken: [ParameterPath: [Int: Int]] = [:]
    for slice in slices {
      taken[slice.path, default: [:]][slice.axis, default: 0] += slice.indices.countPerUnit
    }
    return network.parameters.reduce(0) { sum, entry in
      guard let counts = taken[entry.path] else { return sum }
      let left = entry.parameter.shape.enumerated().reduce(1) {
        $0 * ($1.element - counts[$1.offset, default: 0])
      }
      return sum + entry.parameter.count - left
    }
  }
}
