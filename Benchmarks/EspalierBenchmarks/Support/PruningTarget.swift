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
    network.visitParameters { _, parameter in parameter.withUnsafeMutableValues { _, _ in } }
  }

  /// Prunes 90 % over all layers.
  func pruneGlobally() { network.prune(sparsity: 0.9, within: .network) }

  /// Prunes 90 %, as the weights are uniform in ±1/√side.
  func pruneByThreshold() {
    network.prune(threshold: Float(0.9 / Double(original.inputShape[0]).squareRoot()))
  }

  /// The sum of all weights: what reading them once costs.
  func sum() -> Float {
    original.parameters.reduce(0) { total, entry in
      entry.parameter.withUnsafeValues { total + $0.wideSum }
    }
  }
}

extension UnsafeBufferPointer<Float> {
  /// The sum in four wide vectors, which hides the latency of the additions.
  fileprivate var wideSum: Float {
    let vectors = count / 64
    guard let base = baseAddress, vectors > 0 else { return reduce(0, +) }
    return base.withMemoryRebound(to: SIMD64<Float>.self, capacity: vectors) { wide in
      var sum = SIMD64<Float>.zero
      for index in 0..<vectors { sum += wide[index] }
      return sum.sum() + self[(vectors * 64)...].reduce(0, +)
    }
  }
}
