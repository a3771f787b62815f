public import EspalierData
public import EspalierNetworks
public import EspalierPruning

/// The ramp of gradual pruning for any criterion, pattern and distribution: at every update of the ramp a pruner takes the
/// network to its sparsity.
///
/// The criterion is asked anew at every update, with a loss of its own; what a pruner's selection leaves out stays whole.
/// The scope and the selection of the ramp itself are not used, nor its shape where another schedule is given.
public struct PrunerRamp: TrainingCallback {
  /// When, and to which sparsity.
  public let ramp: GradualPruning
  /// How the sparsity rises; by default as the ramp's shape says.
  public let sparsity: any SparsitySchedule
  /// What goes.
  public let pruner: Pruner
  /// What calibrates criteria that need samples.
  public let samples: Dataset?

  /// The loss whose gradients criteria look at.
  public let loss: any Loss

  /// The callback.
  public init(
    _ ramp: GradualPruning, sparsity: (any SparsitySchedule)? = nil, pruner: Pruner, samples: Dataset? = nil,
    loss: any Loss = CrossEntropy()
  ) {
    self.loss = loss
    self.ramp = ramp
    self.sparsity = sparsity ?? ramp.shape.schedule
    self.pruner = pruner
    self.samples = samples
  }

  /// The update at step 0, if it is due.
  public mutating func trainingBegins(_ network: inout Network, at moment: TrainingMoment) {
    update(&network, at: moment)
  }

  /// The update after the step, if it is due.
  public mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    update(&network, at: moment)
  }

  private func update(_ network: inout Network, at moment: TrainingMoment) {
    guard ramp.schedule.isDue(moment) else { return }
    let wanted = sparsity.sparsity(
      at: ramp.schedule.share(moment), from: ramp.initialSparsity, to: ramp.finalSparsity)
    var generator = moment.generator()
    pruner.prune(&network, to: .sparsity(wanted), samples: samples, loss: loss, seed: generator.next())
  }
}
