public import EspalierFigures
public import EspalierNetworks

extension DependencyGraph {
  /// The layers of the network from top to bottom, and beside them a lane for each group: where its channels begin, pass
  /// through, and are read.
  ///
  /// - Precondition: The graph is that of `network`.
  public func figure(of network: Network, title: String) -> LaneFigure {
    let rows = Dictionary(uniqueKeysWithValues: network.nodes.enumerated().map { ($1.name, $0) })
    return LaneFigure(
      title: title,
      caption:
        "A disc: the layer makes the group's channels. A bar: it passes them on. A ring: it reads them. "
        + "What no lane passes cannot lose channels.",
      rows: network.nodes.map { node in
        let shape = node.outputShape.map(String.init).joined(separator: "×")
        return LaneFigure.Row(node.name, detail: "\(type(of: node.layer).kind) \(shape)")
      },
      lanes: groups.map { group in
        LaneFigure.Lane(
          "\(group.name), \(group.unitCount) \(group.unitCount == 1 ? "unit" : "units")",
          marks: group.marks(in: rows))
      })
  }
}

extension DependencyGroup {
  fileprivate func marks(in rows: [String: Int]) -> [Int: LaneFigure.Mark] {
    var marks: [Int: LaneFigure.Mark] = [:]
    for member in members {
      guard let row = rows[member.node] else {
        preconditionFailure("no layer \(member.node) in this network")
      }
      marks[row] = member.isProducer ? .source : .pass
    }
    for name in consumers {
      guard let row = rows[name] else { preconditionFailure("no layer \(name) in this network") }
      marks[row] = marks[row] == .source ? .both : .drain
    }
    return marks
  }
}
