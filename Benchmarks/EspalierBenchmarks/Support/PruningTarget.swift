import CEspalierBenchmarks
import Espalier

/// Four square layers with random weights, to be pruned again and again.
final class PruningTarget {
  private let original: Network
  private var network: Network

  /// The number of weights.
  let weights: Int

  init(side: Int, using generator: inout Xoshiro256) {
    original = .perceptron(sizes: [Int](repeating: side, count: 5), using: &generator)
    network = original
    weights = 4 * side * side
  }

  /// Brings back the unpruned weights, in memory of their own, so that pruning need not copy them.
  func restore() {
    network = original
    network.visitParameters { _, parameter in parameter.withUnsafeMutableStoredValues { _, _ in } }
  }

  /// Prunes 90 % over all layers.
  func pruneGlobally() { network.prune(sparsity: 0.9, within: .network) }

  /// Prunes 90 %, as the weights are uniform in ±1/√side.
  func pruneByThreshold() {
    network.prune(threshold: Float(0.9 / Double(original.inputShape[0]).squareRoot()))
  }

  /// Reads all weights once.
  func readOnce() {
    for (_, parameter) in original.parameters {
      parameter.withUnsafeStoredValues { _ = espalier_read_once($0.baseAddress!, $0.count) }
    }
  }
}
