public import EspalierNetworks

/// Group lasso, R(w) = Σ_g √p · ‖w_g‖₂ over rows (neurons, filters) or columns (inputs, channels) of p weights each: whole
/// groups become 0, so that a layer can lose them.
///
/// The gradient is √p · w / ‖w_g‖₂, 0 for a group of zeros. The proximal step shortens every group,
/// w_g ← w_g · max(0, 1 − amount · √p / ‖w_g‖₂). p counts pruned weights too. Two passes over the stored values.
///
/// Source: M. Yuan and Y. Lin, "Model selection and estimation in regression with grouped variables" (JRSS B 68, 2006); W.
/// Wen et al., "Learning structured sparsity in deep neural networks" (NIPS 2016).
public struct GroupLassoPenalty: Penalty {
  /// What belongs together.
  public let groups: WeightGroups

  /// The penalty.
  public init(_ groups: WeightGroups = .rows) { self.groups = groups }

  /// Shortens groups.
  public static var hasProximalStep: Bool { true }

  /// Σ_g √p · ‖w_g‖₂
  public func value(of parameter: Parameter) -> Double {
    weight(parameter) * norms(of: parameter).reduce(0, +)
  }

  /// √p · w / ‖w_g‖₂
  public func addGradient(
    of parameter: Parameter, scale: Double, to gradient: UnsafeMutableBufferPointer<Float>
  ) {
    let factor = scale * weight(parameter)
    let factors = norms(of: parameter).map { $0 == 0 ? 0 : Float(factor / $0) }
    parameter.withUnsafeStoredValues { values in
      groups.forEach(parameter.shape, parameter.pattern) { position, group in
        gradient[position] += factors[group] * values[position]
      }
    }
  }

  /// w_g · max(0, 1 − amount · √p / ‖w_g‖₂)
  public func shrink(_ parameter: inout Parameter, by amount: Double) {
    let cut = amount * weight(parameter)
    let factors = norms(of: parameter).map { $0 <= cut ? 0 : Float(1 - cut / $0) }
    let (shape, pattern) = (parameter.shape, parameter.pattern)
    parameter.withUnsafeMutableStoredValues { values, _ in
      groups.forEach(shape, pattern) { position, group in
        values[position] = factors[group] == 0 ? 0 : values[position] * factors[group]
      }
    }
  }

  /// √p
  private func weight(_ parameter: Parameter) -> Double {
    Double(groups.size(in: parameter)).squareRoot()
  }

  /// ‖w_g‖₂ of every group.
  private func norms(of parameter: Parameter) -> [Double] {
    var squares = [Double](repeating: 0, count: groups.count(in: parameter))
    parameter.withUnsafeStoredValues { values in
      groups.forEach(parameter.shape, parameter.pattern) { position, group in
        squares[group] += Double(values[position]) * Double(values[position])
      }
    }
    return squares.map { $0.squareRoot() }
  }
}
