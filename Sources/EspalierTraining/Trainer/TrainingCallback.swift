public import EspalierNetworks

/// Something that takes part in a training: a regulariser, a rule that moves connections, a measurement.
///
/// A trainer calls its callbacks at each moment in the order of `Trainer.callbacks`. All moments have a default that does
/// nothing. What a callback remembers is part of the trainer, as the optimizer's moments are, and goes on from call to
/// call of `train`; for another network begin with a new one.
///
/// A callback may change weights, masks and forms at every moment but one: while gradients are lent
/// (`gradientsReady`) the number of stored values must stay. The trainer plans its memory anew when patterns have
/// changed. Random choices come from `TrainingMoment.generator()`, so that a seed reproduces them.
public protocol TrainingCallback: Sendable {
  /// Whether the callback needs the gradient of pruned weights at every step. Then all parameters are trained dense, and
  /// cost all their values, layers born sparse too, but for those of more than `Parameter.mostDenseValues`; otherwise
  /// sparse ones are packed (`Trainer.packingDensity`) before every epoch.
  var trainsDense: Bool { get }

  /// Before the first epoch of a call of `train`.
  mutating func trainingBegins(_ network: inout Network, at moment: TrainingMoment)

  /// Before every epoch.
  mutating func epochBegins(_ network: inout Network, at moment: TrainingMoment)

  /// Before the forward pass of a step.
  mutating func stepBegins(_ network: inout Network, at moment: TrainingMoment)

  /// After the backward pass of a step, before the optimizer's: may change gradients, weights and masks.
  ///
  /// Gradients of a dense parameter are those of all its values, as if none were pruned; those of a packed one are in the
  /// order of its slots, 0 in padding, and must stay so.
  mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment)

  /// After the optimizer's step; `moment.stepsDone` counts it.
  mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment)

  /// After every epoch, before the evaluation; also after one that ends early.
  mutating func epochEnds(_ network: inout Network, at moment: TrainingMoment)

  /// What the callback adds to the objective at these weights; nil for callbacks that have no part in it.
  ///
  /// Asked once an epoch, after it; the sum is `EpochSummary.penalty`, apart from the loss.
  func penalty(of network: Network, at moment: TrainingMoment) -> Double?
}

extension TrainingCallback {
  /// Is content with packed parameters.
  public var trainsDense: Bool { false }
  /// Nothing.
  public mutating func trainingBegins(_ network: inout Network, at moment: TrainingMoment) {}
  /// Nothing.
  public mutating func epochBegins(_ network: inout Network, at moment: TrainingMoment) {}
  /// Nothing.
  public mutating func stepBegins(_ network: inout Network, at moment: TrainingMoment) {}
  /// Nothing.
  public mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {}
  /// Nothing.
  public mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {}
  /// Nothing.
  public mutating func epochEnds(_ network: inout Network, at moment: TrainingMoment) {}
  /// No part in the objective.
  public func penalty(of network: Network, at moment: TrainingMoment) -> Double? { nil }
}

extension [any TrainingCallback] {
  /// Has every callback do something, in place and in order, each at its own moment.
  mutating func each(
    _ kind: TrainingMoment.Kind, _ moment: TrainingMoment,
    _ body: (inout any TrainingCallback, TrainingMoment) -> Void
  ) {
    for index in indices { body(&self[index], moment.of(kind, callback: index)) }
  }

  /// The sum of the penalties after an epoch; nil when no callback has one.
  func penalty(of network: Network, at moment: TrainingMoment) -> Double? {
    let parts = indices.compactMap {
      self[$0].penalty(of: network, at: moment.of(.epochEnds, callback: $0))
    }
    return parts.isEmpty ? nil : parts.reduce(0, +)
  }
}
