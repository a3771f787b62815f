public import EspalierPruning

/// The importances of channels that can be chosen by name.
public enum ImportanceName: String, Sendable, Codable, CaseIterable {
  /// Drawn at random.
  case random
  /// The norms of the weights that go with a channel.
  case magnitude
  /// The norms of |w · g|.
  case taylor
  /// The sums of ½ · w² · mean(g²).
  case fisher
  /// The mean magnitude of a channel's answers.
  case meanActivation = "mean-activation"
  /// The share of a channel's answers that are not zero.
  case apoz
  /// The distance of a filter from the layer's others.
  case fpgm
  /// The scale |γ| of the channel's normalisation.
  case scale

  /// The importance; by default in units of each group's mean.
  public func importance(
    reduction: GroupImportance.Reduction = .sum, isNormalized: Bool = true
  ) -> GroupImportance {
    var importance = normalized(reduction)
    importance.isNormalized = isNormalized
    return importance
  }

  private func normalized(_ reduction: GroupImportance.Reduction) -> GroupImportance {
    switch self {
    case .random: GroupImportance(RandomCriterion(), pooling: .mean, reduction: reduction)
    case .magnitude: GroupImportance(MagnitudeCriterion(), reduction: reduction)
    case .taylor: GroupImportance(TaylorCriterion(), reduction: reduction)
    case .fisher: GroupImportance(FisherCriterion(), pooling: .sum, reduction: reduction)
    case .meanActivation:
      GroupImportance(MeanActivationCriterion(), pooling: .mean, reduction: reduction, slices: .makers)
    case .apoz:
      GroupImportance(AverageZerosCriterion(), pooling: .mean, reduction: reduction, slices: .makers)
    case .fpgm:
      GroupImportance(GeometricMedianCriterion(), pooling: .mean, reduction: reduction, slices: .makers)
    case .scale: GroupImportance(MagnitudeCriterion(), pooling: .sum, reduction: reduction, slices: .scales)
    }
  }
}
