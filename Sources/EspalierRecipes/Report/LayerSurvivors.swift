internal import EspalierNetworks
internal import EspalierPruning

/// How many values of a network's parameters another one made from it has left: pruned ones are gone, and so are those
/// removed with their channels or layers.
struct LayerSurvivors {
  /// One parameter of either network.
  struct Row {
    let path: ParameterPath
    let role: Parameter.Role
    /// Values before.
    let total: Int
    /// Values after that are not zero.
    let nonzero: Int
    /// The shape, or those before and after where they differ.
    let shapes: String

    /// The share of the values that is left; nil where there were none.
    var share: Double? { total == 0 ? nil : Double(nonzero) / Double(total) }
  }

  /// The parameters in the order of the network before, then what is new.
  let rows: [Row]

  init(before: Network, after: Network) {
    let left = Dictionary(uniqueKeysWithValues: SurvivorReport(of: after).rows.map { ($0.path, $0) })
    let known = Set(before.parameters.map(\.path))
    let old = before.parameters.map { path, parameter in
      Row(
        path: path, role: parameter.role, total: parameter.count, nonzero: left[path]?.nonzero ?? 0,
        shapes: change(parameter.shape.extents, left[path]?.shape.extents))
    }
    let new = after.parameters.filter { !known.contains($0.path) }.map { path, parameter in
      Row(
        path: path, role: parameter.role, total: 0, nonzero: left[path]!.nonzero,
        shapes: change(nil, parameter.shape.extents))
    }
    rows = old + new
  }

  /// Values after that are not zero.
  var alive: Int { rows.reduce(0) { $0 + $1.nonzero } }
  /// Values before.
  var total: Int { rows.reduce(0) { $0 + $1.total } }
  /// total / alive; infinite when nothing is left.
  var compression: Double { Double(total) / Double(alive) }
}

/// A cell of a table that compares two networks: such as `12 → 6`, or one text where nothing changed; `–` for what is not
/// there.
func change(_ before: String?, _ after: String?) -> String {
  before == after ? before ?? "–" : "\(before ?? "–") → \(after ?? "–")"
}

extension [Int] {
  /// The extents in words, such as `20 × 24 × 24`.
  var extents: String { map(String.init).joined(separator: " × ") }
}
