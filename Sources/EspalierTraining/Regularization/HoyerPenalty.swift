public import EspalierNetworks

/// Hoyer's measure R(w) = Σ|w| / √Σw² of each parameter by itself: from 1, where a single weight is left, to √n, where all
/// are equal. It does not depend on the weights' scale, so it makes them sparse, not small.
///
/// The gradient is sign(w) / ‖w‖₂ − w · Σ|w| / ‖w‖₂³; 0 at 0, and for a parameter of zeros, whose measure counts as 0. Two
/// passes over the stored values.
///
/// Source: H. Yang, W. Wen and H. Li, "DeepHoyer" (ICLR 2020), after P. Hoyer, "Non-negative matrix factorization with
/// sparseness constraints" (JMLR 5, 2004).
public struct HoyerPenalty: Penalty {
  /// The penalty.
  public init() {}

  /// Σ|w| / √Σw²
  public func value(of parameter: Parameter) -> Double {
    let sums = parameter.withUnsafeStoredValues { NormSums(of: $0) }
    return sums.squares == 0 ? 0 : sums.absolute / sums.squares.squareRoot()
  }

  /// sign(w) / ‖w‖₂ − w · Σ|w| / ‖w‖₂³
  public func addGradient(
    of parameter: Parameter, scale: Double, to gradient: UnsafeMutableBufferPointer<Float>
  ) {
    parameter.withUnsafeStoredValues { values in
      let sums = NormSums(of: values)
      guard sums.squares > 0 else { return }
      let norm = sums.squares.squareRoot()
      let (signs, weights) = (Float(scale / norm), Float(scale * sums.absolute / (norm * sums.squares)))
      for index in values.indices {
        gradient[index] += signs * sign(values[index]) - weights * values[index]
      }
    }
  }
}
