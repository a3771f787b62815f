public import EspalierNetworks

/// Group lasso over dependency groups: adds strength · Σ_u √p_u · ‖w_u‖₂ to the objective of a training, where w_u are the p_u
/// weights of all slices that go with unit u, those that make a channel and those that read it.
///
///     trainer.callbacks = [CoupledGroupLasso(strength: 1e-4)]
///
/// Units become small as wholes, so that `StructuredPruner` finds some that hardly matter. A weight of a layer between two
/// groups belongs to a unit of each. The gradient is √p_u · w / ‖w_u‖₂, 0 for a unit of zeros. The loss that a trainer
/// reports is the data's; the penalty stands beside it. Biases take no part. Costs a few passes over the weights a step.
///
/// Works on dense parameters, under masks too, where what is pruned stays +0.0; packed parameters are trained dense.
///
/// Source: G. Fang et al., "DepGraph: Towards any structural pruning" (CVPR 2023), section 3.3, who give each group a strength
/// of its own; W. Wen et al., "Learning structured sparsity in deep neural networks" (NIPS 2016).
public struct CoupledGroupLasso: TrainingCallback, ValidatedSettings, Codable {
  /// The factor where the ramp has its full height.
  public let strength: Double
  /// How the strength rises.
  public let ramp: Ramp
  /// The units of the network in training, and room for their norms.
  private var units: CoupledUnits?
  private var norms: [Double] = []

  private enum CodingKeys: CodingKey { case strength, ramp }

  /// The regulariser; traps when the strength is negative.
  public init(strength: Double, ramp: Ramp = Ramp()) {
    self.strength = strength
    self.ramp = ramp
    requireValid()
  }

  /// A negative strength, or what is wrong with the ramp.
  public var problem: String? { negative("strength", strength) ?? ramp.problem }

  /// Slices are cut from dense parameters.
  public var trainsDense: Bool { true }

  /// Finds the units.
  public mutating func trainingBegins(_ network: inout Network, at moment: TrainingMoment) {
    let found = CoupledUnits(of: network)
    norms = [Double](repeating: 0, count: found.roots.count)
    units = found
  }

  /// Adds the gradient.
  public mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    let strength = strength * ramp.height(at: moment.time, of: moment.end)
    guard strength > 0, let units else { return }
    units.writeNorms(of: &network, into: &norms)
    units.forEachRun(of: &network) { parameter, first, unit, values in
      guard norms[unit] > 0 else { return }
      let (factor, gradient) = (Float(strength * units.roots[unit] / norms[unit]), gradients[parameter])
      for index in values.indices { gradient[first + index] += factor * values[index] }
    }
  }

  /// strength · Σ √p_u · ‖w_u‖₂
  public func penalty(of network: Network, at moment: TrainingMoment) -> Double? {
    var network = network
    let units = CoupledUnits(of: network)
    var norms = [Double](repeating: 0, count: units.roots.count)
    units.writeNorms(of: &network, into: &norms)
    return strength * ramp.height(at: moment.time, of: moment.end)
      * zip(units.roots, norms).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
