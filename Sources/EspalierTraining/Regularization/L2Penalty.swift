public import EspalierNetworks

/// Half the squared L2 norm, R(w) = ½Σw², with the gradient w: what optimizers call coupled weight decay.
///
/// The proximal step is w ← w / (1 + amount). Makes weights small, never exactly 0. One pass over the stored values each.
///
/// Source: A. Hoerl and R. Kennard, "Ridge regression" (Technometrics 12, 1970).
public struct L2Penalty: Penalty {
  /// The penalty.
  public init() {}

  /// A division.
  public static var hasProximalStep: Bool { true }

  /// ½Σw²
  public func value(of parameter: Parameter) -> Double {
    parameter.withUnsafeStoredValues { NormSums(of: $0).squares / 2 }
  }

  /// w
  public func addGradient(
    of parameter: Parameter, scale: Double, to gradient: UnsafeMutableBufferPointer<Float>
  ) {
    let scale = Float(scale)
    parameter.withUnsafeStoredValues { values in
      for index in values.indices { gradient[index] += scale * values[index] }
    }
  }

  /// w / (1 + amount)
  public func shrink(_ parameter: inout Parameter, by amount: Double) {
    let factor = Float(1 / (1 + amount))
    parameter.changeStored { $0 * factor }
  }
}
