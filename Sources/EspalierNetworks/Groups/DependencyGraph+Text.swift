extension DependencyGroup: CustomStringConvertible {
  /// Such as `conv1: 20 units; conv1.weight[0], conv1.bias[0] | conv2.weight[1]`: what makes the units, and what reads them,
  /// with the axes.
  public var description: String {
    let units = unitCount == 1 ? "1 unit" : "\(unitCount) units"
    return "\(name): \(units); \(text(of: .makes)) | \(text(of: .reads))"
  }

  private func text(of side: CoupledSlice.Side) -> String {
    let names = slices.filter { $0.side == side }.map { slice in
      let count = slice.indices.countPerUnit
      return "\(slice.path)[\(slice.axis)]\(count == 1 ? "" : " × \(count)")"
    }
    return names.isEmpty ? "nothing" : names.joined(separator: ", ")
  }
}

extension DependencyGraph: CustomStringConvertible {
  /// One line a group.
  public var description: String { groups.map(\.description).joined(separator: "\n") }
}
