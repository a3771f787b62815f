package import EspalierTensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How far the outputs of a pruned network are from the original's, without labels.
package enum OutputDivergence {
  /// The mean over the samples of Σ p · log(p / q), p and q being the softmax of the outputs, [samples, logits…]: what cross
  /// entropy would lose if the original's answers were the truth.
  package static func kullbackLeibler(from original: Tensor, to pruned: Tensor) -> Double {
    let samples = original.shape[0]
    let width = original.count / max(samples, 1)
    return original.withUnsafeValues { p in
      pruned.withUnsafeValues { q in
        var sum = 0.0
        for first in stride(from: 0, to: p.count, by: max(width, 1)) {
          sum += divergence(p[first..<first + width], q[first..<first + width])
        }
        return sum / Double(max(samples, 1))
      }
    }
  }

  private static func divergence(
    _ p: Slice<UnsafeBufferPointer<Float>>, _ q: Slice<UnsafeBufferPointer<Float>>
  ) -> Double {
    let (pLog, qLog) = (logSoftmax(p), logSoftmax(q))
    return zip(pLog, qLog).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
  }

  private static func logSoftmax(_ logits: Slice<UnsafeBufferPointer<Float>>) -> [Double] {
    let largest = Double(logits.max() ?? 0)
    let total = log(logits.reduce(0) { $0 + exp(Double($1) - largest) })
    return logits.map { Double($0) - largest - total }
  }
}
