internal import EspalierFormats
internal import EspalierNetworks

/// Tells what networks cost.
struct SearchGauge: Sendable {
  let cost: SearchCost
  /// The layers whose weights count.
  let layers: Set<String>
  /// Texts that are stored with a network, which take room in its file.
  let metadata: [String: String]
  /// Seconds of a prediction.
  let measure: @Sendable (Network) -> Double

  /// Whether the clock decides, so that nothing may run beside it.
  var isTimed: Bool { cost == .latency }

  func cost(of network: Network) throws -> Double {
    switch cost {
    case .weights:
      Double(
        network.parameters.reduce(0) { sum, item in
          item.parameter.role == .weight && layers.contains(item.path.node)
            ? sum + item.parameter.survivors : sum
        })
    case .multiplyAccumulates: Double(network.multiplyAccumulates.surviving)
    case .fileBytes: Double(try NetworkFile(network, metadata: metadata).byteCount(form: .compact()))
    case .latency: measure(network)
    }
  }
}
