public import EspalierNetworks

/// Adds strength · R(w) to the objective of a training, summed over the selected weights' parameters.
///
///     trainer.callbacks = [Regularization(L1Penalty(), strength: 1e-5, ramp: Ramp(.linear, to: 3))]
///
/// Either as part of the gradient, where the optimizer's moments see it too; or as a proximal step with the amount
/// learning rate · strength after the optimizer's step, which brings weights to exactly 0. The step uses the plain learning
/// rate for all weights: with Adam, which divides the data's gradient by its size, it needs far larger strengths.
///
/// The loss that a trainer reports is the data's; the penalty stands beside it, in `EpochSummary.penalty`. Weights stay in
/// the network until they are pruned, by `prune(threshold:)`: small ones with a small threshold, with
/// `Float.leastNonzeroMagnitude` exactly those that the last proximal step has brought to 0.
///
/// Works on dense, masked and packed parameters at the cost of their stored values; what is pruned stays +0.0.
public struct Regularization<Kind: Penalty>: TrainingCallback, ValidatedSettings, Hashable, Codable {
  /// R.
  public let penalty: Kind
  /// The factor of R where the ramp has its full height.
  public let strength: Double
  /// How the strength rises.
  public let ramp: Ramp
  /// Whether the penalty acts by a proximal step rather than by its gradient.
  public let isProximal: Bool
  /// The weights it applies to.
  public let selection: WeightSelection

  /// The regulariser; traps when the strength is negative, or a proximal step is asked for where there is none.
  public init(
    _ penalty: Kind, strength: Double, ramp: Ramp = Ramp(), isProximal: Bool = false,
    _ selection: WeightSelection = .all
  ) {
    self.penalty = penalty
    self.strength = strength
    self.ramp = ramp
    self.isProximal = isProximal
    self.selection = selection
    requireValid()
  }

  /// A negative strength, a proximal step that does not exist, or what is wrong with the penalty or the ramp.
  public var problem: String? {
    negative("strength", strength)
      ?? (isProximal && !Kind.hasProximalStep
        ? "isProximal: expected false, \(Kind.self) has no proximal step in closed form" : nil)
      ?? ramp.problem ?? (penalty as? any ValidatedSettings)?.problem
  }

  /// Adds the gradient.
  public mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    let strength = strength(at: moment)
    guard !isProximal, strength > 0 else { return }
    var position = 0
    network.visitParameters { path, parameter in
      if selection.contains(path, parameter) {
        penalty.addGradient(of: parameter, scale: strength, to: gradients[position])
      }
      position += 1
    }
  }

  /// Takes the proximal step.
  public mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    let amount = moment.learningRate * strength(at: moment)
    guard isProximal, amount > 0 else { return }
    network.visitParameters { path, parameter in
      if selection.contains(path, parameter) { penalty.shrink(&parameter, by: amount) }
    }
  }

  /// strength · Σ R
  public func penalty(of network: Network, at moment: TrainingMoment) -> Double? {
    strength(at: moment)
      * network.parameters.reduce(0) { sum, item in
        selection.contains(item.path, item.parameter) ? sum + penalty.value(of: item.parameter) : sum
      }
  }

  private func strength(at moment: TrainingMoment) -> Double {
    strength * ramp.height(at: moment.time, of: moment.end)
  }
}

extension Regularization where Kind == L1Penalty {
  /// Network slimming: L1 on the scales of normalisations, whose channels are thereby switched off one after another, and can
  /// be removed by the smallest scales (`GroupImportance.Slices.scales`).
  ///
  /// Source: Z. Liu et al., "Learning efficient convolutional networks through network slimming" (ICCV 2017), who take 1e-4
  /// or 1e-5 and a subgradient.
  public static func slimming(strength: Double, ramp: Ramp = Ramp()) -> Regularization {
    Regularization(L1Penalty(), strength: strength, ramp: ramp, .scales)
  }
}
