internal import EspalierNetworks
internal import EspalierTensors

/// The patterns that a network's parameters had when memory was planned for it.
struct PatternRecord {
  private var patterns: [SparsePattern?] = []

  init(of network: Network) { patterns = network.parameters.map(\.parameter.pattern) }

  /// Whether the parameters still have the same forms. Allocates nothing.
  func holds(for network: inout Network) -> Bool {
    var position = 0
    var holds = true
    network.visitParameters { _, parameter in
      if patterns[position] !== parameter.pattern { holds = false }
      position += 1
    }
    return holds
  }
}
