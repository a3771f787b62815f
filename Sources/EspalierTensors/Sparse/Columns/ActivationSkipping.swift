/// Which inputs of a layer are skipped for one sample: they count as 0, and the weights that they would meet are not read.
///
/// With the active inputs A of a sample x the layer computes y = f(Σ_{k ∈ A} w_k x_k + b), w_k the column of weights of
/// input k. A NaN is never skipped by its size.
///
/// Sources: M. Kurtz et al., "Inducing and exploiting activation sparsity for fast inference on deep neural networks" (ICML
/// 2020) for thresholds; A. Makhzani and B. Frey, "k-sparse autoencoders" (ICLR 2014) for the largest k.
public enum ActivationSkipping: Sendable, Hashable {
  /// A = { k : |x_k| > threshold }. At 0 exact zeros are skipped, which changes no result beyond rounding, as long as no
  /// weight is infinite or NaN.
  case threshold(Float)
  /// A = the k inputs of the largest |x|, fewer where fewer are not 0; the lowest positions win ties, and a NaN is larger
  /// than infinity.
  case largest(Int)

  /// Exact zeros: what a rectifier leaves, and the background of images.
  public static let zeros = ActivationSkipping.threshold(0)

  /// Traps unless a threshold is at least 0 (infinity allowed) and a count as well.
  package func requireValid() {
    switch self {
    case .threshold(let threshold):
      precondition(threshold >= 0, "a threshold of activations is at least 0, not \(threshold)")
    case .largest(let count):
      precondition(count >= 0, "at least 0 activations are kept, not \(count)")
    }
  }
}
