import Espalier

/// The groups of a network, one a line, and what cannot go.
struct GroupTable: CustomStringConvertible {
  let description: String

  init(_ graph: DependencyGraph, of network: Network) {
    let header = ["group", "units", "values", "MACs", "outputs of", "inputs of"]
    let rows = graph.groups.map { group in
      [
        group.name, "\(group.unitCount)", "\(group.parametersPerUnit(in: network))",
        "\(group.multiplyAccumulatesPerUnit(in: network))", Self.list(group.producers),
        Self.list(group.consumers),
      ]
    }
    let table =
      rows.isEmpty ? "no channel can be removed" : "\(AlignedTable([header] + rows, numbers: 1...3))"
    let pinned = Dictionary(grouping: graph.pinned, by: \.reason)
    let reasons: [PinnedChannels.Reason] = [.networkInput, .networkOutput, .layer]
    let lines = reasons.compactMap { reason in
      pinned[reason].map {
        "\(reason.rawValue): \($0.map { "\($0.node) \($0.channelCount)" }.joined(separator: ", "))"
      }
    }
    description = "\(table)\n\nchannels that stay\n" + lines.map { "  \($0)" }.joined(separator: "\n")
  }

  private static func list(_ names: [String]) -> String { names.isEmpty ? "–" : names.joined(separator: " ") }
}
