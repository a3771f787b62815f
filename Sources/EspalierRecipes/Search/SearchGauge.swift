internal import EspalierFormats
internal import EspalierInference
internal import EspalierNetworks

/// Tells what networks cost.
struct SearchGauge: Sendable {
  let cost: SearchCost
  /// The layers whose weights count.
  let layers: Set<String>
  /// Texts that are stored with a network, which take room in its file.
  let metadata: [String: String]
  /// Seconds of a prediction, comparable with those of other candidates whenever they are measured.
  let measure: @Sendable (Network) -> Double
  /// Seconds of a prediction by the clock, here and now.
  let clock: @Sendable (Network) -> Double

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

  /// What both cost, by the clock where it decides: in turn, for the machine may do something else by now.
  func costs(before: Network, after: Network) throws -> (before: Double, after: Double) {
    guard isTimed else { return (try cost(of: before), try cost(of: after)) }
    var least = (before: Double.infinity, after: Double.infinity)
    for _ in 0..<3 { least = (min(least.before, clock(before)), min(least.after, clock(after))) }
    return least
  }
}

extension SearchGauge {
  /// A gauge by a given clock or, for nil, by inference plans: candidates are then measured in turn with a reference, and what
  /// they take of its time is multiplied by the `seconds` that it once took; nil to measure these now.
  init(
    cost: SearchCost, layers: Set<String>, metadata: [String: String],
    clock: (@Sendable (Network) -> Double)?, batchSize: Int, reference: Network, seconds: Double?
  ) {
    let plans: @Sendable (Network) -> Double = {
      $0.measuredLatency(batchSize: batchSize, seconds: 0.01, rounds: 5)
    }
    var measure = clock ?? plans
    if clock == nil, cost == .latency {
      let seconds = seconds ?? plans(reference)
      measure = {
        seconds * $0.measuredLatencyRatio(to: reference, batchSize: batchSize, seconds: 0.005, rounds: 7)
      }
    }
    self.init(cost: cost, layers: layers, metadata: metadata, measure: measure, clock: clock ?? plans)
  }
}
