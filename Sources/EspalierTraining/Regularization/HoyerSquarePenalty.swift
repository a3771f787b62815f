public import EspalierNetworks

/// The square of Hoyer's measure, R(w) = (Σ|w|)² / Σw² of each parameter by itself: from 1 to n, a differentiable stand-in
/// for the count of weights that are not 0.
///
/// The gradient is 2 · sign(w) · Σ|w| / Σw² − 2 · w · (Σ|w|)² / (Σw²)²: weights above Σw² / Σ|w| grow, those below it fall. 0
/// at 0, and for a parameter of zeros, whose measure counts as 0. Two passes over the stored values.
///
/// Source: H. Yang, W. Wen and H. Li, "DeepHoyer: learning sparser neural network with differentiable scale-invariant
/// sparsity measures" (ICLR 2020).
public struct HoyerSquarePenalty: Penalty {
  /// The penalty.
  public init() {}

  /// (Σ|w|)² / Σw²
  public func value(of parameter: Parameter) -> Double {
    let sums = parameter.withUnsafeStoredValues { NormSums(of: $0) }
    return sums.squares == 0 ? 0 : sums.absolute * sums.absolute / sums.squares
  }

  /// 2 · sign(w) · Σ|w| / Σw² − 2 · w · (Σ|w|)² / (Σw²)²
  public func addGradient(
    of parameter: Parameter, scale: Double, to gradient: UnsafeMutableBufferPointer<Float>
  ) {
    parameter.withUnsafeStoredValues { values in
      let sums = NormSums(of: values)
      guard sums.squares > 0 else { return }
      let ratio = sums.absolute / sums.squares
      let (signs, weights) = (Float(2 * scale * ratio), Float(2 * scale * ratio * ratio))
      for index in values.indices {
        gradient[index] += signs * sign(values[index]) - weights * values[index]
      }
    }
  }
}
