public import EspalierNetworks
public import EspalierPruning

/// Gradual magnitude pruning: the sparsity rises along a ramp while the network trains, and at every update the smallest
/// magnitudes go until it is met exactly.
///
/// At update k of n, s = s_f + (s_i − s_f) · (1 − k/n)³: many weights go early, when there are many, and the last updates
/// take few. With a linear ramp s = s_i + (s_f − s_i) · k/n. What is pruned stays pruned; a sparsity below the present one
/// changes nothing. The last update, the last step t₀ + nΔt up to the end of the schedule, reaches s_f.
///
/// An update costs three or four passes over the weights. Layers that have become sparse enough are packed before the next
/// epoch, and from then on each step costs their survivors.
///
/// Source: M. Zhu and S. Gupta, "To prune, or not to prune: exploring the efficacy of pruning for model compression" (2017).
public struct GradualPruning: TrainingCallback, ValidatedSettings, Hashable, Codable {
  /// s_i: the sparsity of the first update.
  public let initialSparsity: Double
  /// s_f: the sparsity of the last one.
  public let finalSparsity: Double
  /// When updates are.
  public let schedule: UpdateSchedule
  /// How the sparsity rises from update to update.
  public let shape: SparsityShape
  /// What weights are compared with.
  public let scope: PruningScope
  /// The weights it applies to.
  public let selection: WeightSelection

  /// The rule; traps unless both sparsities lie in 0…1.
  public init(
    to finalSparsity: Double, from initialSparsity: Double = 0, schedule: UpdateSchedule = UpdateSchedule(),
    shape: SparsityShape = .cubic, within scope: PruningScope = .network, _ selection: WeightSelection = .all
  ) {
    self.initialSparsity = initialSparsity
    self.finalSparsity = finalSparsity
    self.schedule = schedule
    self.shape = shape
    self.scope = scope
    self.selection = selection
    requireValid()
  }

  /// A sparsity outside 0…1, or what is wrong with the schedule.
  public var problem: String? {
    outside("initialSparsity", initialSparsity, 0...1) ?? outside("finalSparsity", finalSparsity, 0...1)
      ?? schedule.problem
  }

  /// The sparsity after the share `x` in 0…1 of the updates.
  public func sparsity(after x: Double) -> Double {
    shape.schedule.sparsity(at: x, from: initialSparsity, to: finalSparsity)
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
    guard schedule.isDue(moment) else { return }
    network.prune(
      sparsity: sparsity(after: schedule.share(moment)), within: scope, selection.parameters)
  }
}
