public import EspalierNetworks

/// The L1 norm R(w) = Σ|w|, with the subgradient sign(w), 0 at 0.
///
/// The proximal step is the soft threshold w ← sign(w) · max(|w| − amount, 0). One pass over the stored values each.
///
/// Source: R. Tibshirani, "Regression shrinkage and selection via the lasso" (JRSS B 58, 1996); I. Daubechies, M. Defrise
/// and C. De Mol, "An iterative thresholding algorithm for linear inverse problems" (CPAM 57, 2004) for the step.
public struct L1Penalty: Penalty {
  /// The penalty.
  public init() {}

  /// The soft threshold.
  public static var hasProximalStep: Bool { true }

  /// Σ|w|
  public func value(of parameter: Parameter) -> Double {
    parameter.withUnsafeStoredValues { NormSums(of: $0).absolute }
  }

  /// sign(w)
  public func addGradient(
    of parameter: Parameter, scale: Double, to gradient: UnsafeMutableBufferPointer<Float>
  ) {
    let scale = Float(scale)
    parameter.withUnsafeStoredValues { values in
      for index in values.indices { gradient[index] += scale * sign(values[index]) }
    }
  }

  /// sign(w) · max(|w| − amount, 0)
  public func shrink(_ parameter: inout Parameter, by amount: Double) {
    let amount = Float(amount)
    parameter.changeStored { softThreshold($0, amount) }
  }
}
