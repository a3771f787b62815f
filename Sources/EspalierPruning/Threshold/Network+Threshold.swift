public import EspalierNetworks
internal import EspalierTensors

/// What pruning did to one parameter.
public struct PrunedParameter: Sendable, Hashable {
  /// The parameter.
  public let path: ParameterPath
  /// Weights of smaller magnitude, or score, were pruned; after pruning to an amount, this is the largest that went.
  public let threshold: Float
  /// Survivors before.
  public let before: Int
  /// Survivors after.
  public let after: Int

  /// Whether nothing is left, so that nothing flows through the layer any more (layer collapse): prune less, choose another
  /// distribution, or keep a floor (`Pruner.minimumKept`).
  public var isCutOff: Bool { after == 0 && before > 0 }
}

extension Network {
  /// Prunes every selected weight with |w| < `threshold`: it loses its mask bit and becomes 0.
  ///
  /// Composes: what was pruned before stays pruned. A NaN counts as small. One pass over the weights.
  /// Returns what happened to each selected parameter.
  @discardableResult
  public mutating func prune(
    threshold: Float, _ selection: ParameterSelection = .weights
  ) -> [PrunedParameter] {
    prune(selection) { _ in threshold }
  }

  /// Prunes each selected parameter by its own threshold `sensitivity` · std(weights), where std is the population
  /// standard deviation over all of the parameter's values, pruned zeros included.
  ///
  /// For normally distributed weights a sensitivity of 2 keeps about 4.6 %. The threshold is at most the largest finite
  /// number. Returns what happened to each selected parameter.
  ///
  /// Source: S. Han et al., "Learning both weights and connections for efficient neural networks" (NIPS 2015): "the
  /// pruning threshold is chosen as a quality parameter multiplied by the standard deviation of a layer's weights".
  @discardableResult
  public mutating func prune(
    standardDeviations sensitivity: Double, _ selection: ParameterSelection = .weights
  ) -> [PrunedParameter] {
    prune(selection) { Float(min(sensitivity * $0.standardDeviation, Double(Float.greatestFiniteMagnitude))) }
  }

  private mutating func prune(
    _ selection: ParameterSelection, threshold: (Parameter) -> Float
  ) -> [PrunedParameter] {
    var results: [PrunedParameter] = []
    visitParameters { path, parameter in
      guard selection.contains(path, parameter) else { return }
      let limit = threshold(parameter)
      let before = parameter.survivors
      let kept = parameter.kept(atLeast: limit)
      parameter.prune(keepingCandidates: kept)
      results.append(
        PrunedParameter(path: path, threshold: limit, before: before, after: parameter.survivors))
    }
    return results
  }
}

extension Parameter {
  /// The candidates whose magnitude is at least `threshold`.
  fileprivate func kept(atLeast threshold: Float) -> Mask {
    let (values, mask) = candidates
    var kept = mask ?? Mask(ones: values.shape)
    values.clearSmallMagnitudes(below: threshold, in: &kept)
    return kept
  }
}
