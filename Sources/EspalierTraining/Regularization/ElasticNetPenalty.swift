public import EspalierNetworks

/// The elastic net R(w) = mix · Σ|w| + (1 − mix) · ½Σw²: L1 that keeps correlated weights together.
///
/// The proximal step is the soft threshold by mix · amount, then the division by 1 + (1 − mix) · amount. One pass over the
/// stored values each.
///
/// Source: H. Zou and T. Hastie, "Regularization and variable selection via the elastic net" (JRSS B 67, 2005), in the
/// form of J. Friedman, T. Hastie and R. Tibshirani (JSS 33, 2010).
public struct ElasticNetPenalty: Penalty, ValidatedSettings {
  /// The share of L1, in 0…1.
  public let mix: Double

  /// The penalty; traps unless the mix lies in 0…1.
  public init(mix: Double = 0.5) {
    self.mix = mix
    requireValid()
  }

  /// A mix outside 0…1.
  public var problem: String? { outside("mix", mix, 0...1) }

  /// The soft threshold and a division.
  public static var hasProximalStep: Bool { true }

  /// mix · Σ|w| + (1 − mix) · ½Σw²
  public func value(of parameter: Parameter) -> Double {
    parameter.withUnsafeStoredValues {
      let sums = NormSums(of: $0)
      return mix * sums.absolute + (1 - mix) * sums.squares / 2
    }
  }

  /// mix · sign(w) + (1 − mix) · w
  public func addGradient(
    of parameter: Parameter, scale: Double, to gradient: UnsafeMutableBufferPointer<Float>
  ) {
    let (first, second) = (Float(scale * mix), Float(scale * (1 - mix)))
    parameter.withUnsafeStoredValues { values in
      for index in values.indices {
        gradient[index] += first * sign(values[index]) + second * values[index]
      }
    }
  }

  /// The soft threshold by mix · amount, divided by 1 + (1 − mix) · amount.
  public func shrink(_ parameter: inout Parameter, by amount: Double) {
    let (threshold, factor) = (Float(amount * mix), Float(1 / (1 + (1 - mix) * amount)))
    parameter.changeStored { softThreshold($0, threshold) * factor }
  }
}
