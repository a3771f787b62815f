public import EspalierNetworks
internal import EspalierTensors

/// L0 regularisation: every weight, row or column has a gate that training learns to close.
///
/// While it trains, the network computes with w = θ · z, z drawn from `HardConcrete` at every step, and the objective has the
/// expected number of weights that are not 0 added: strength · Σ_g p · P(z_g ≠ 0) over gates of p weights each. The
/// optimizer moves θ along ∂L/∂w · z; the gates' log α moves along ∂L/∂w · θ · ∂z/∂log α by Adam with a rate of its own. (The
/// authors divide their strength by the number of training samples.)
///
/// After every epoch, and so at the end, the network has the gates without chance: weights under closed gates are pruned, the
/// others are θ · ẑ. The next epoch goes on from θ.
///
/// Trains dense. Draws one number a gate and step and takes its logarithms: for gates of single weights that is more work
/// than the step of a small network. Weights that were pruned before the training stay pruned.
///
/// Source: C. Louizos, M. Welling and D. Kingma, "Learning sparse neural networks through L0 regularization" (ICLR 2018).
public struct L0Regularization: TrainingCallback {
  /// What can be chosen.
  public struct Settings: ValidatedSettings, Sendable, Hashable, Codable {
    /// What a gate stands before.
    public enum Gates: String, Sendable, Codable, CaseIterable {
      /// Every weight by itself.
      case weights
      /// The weights of one output.
      case rows
      /// The weights of one input.
      case columns
    }

    /// The factor of the expected number of weights.
    public var strength: Double
    /// How the strength rises.
    public var ramp: Ramp
    /// What a gate stands before.
    public var gates: Gates
    /// The share of gates that begin closed, by and large: log α begins at log(1 − rate) − log(rate).
    public var initialDropRate: Double
    /// Adam's rate for log α.
    public var gateLearningRate: Double
    /// The gates' distribution.
    public var distribution: HardConcrete
    /// The weights it applies to.
    public var selection: WeightSelection

    /// The settings; traps on a negative strength, a drop rate outside 0…1 or at its ends, or a rate that is not positive.
    public init(
      strength: Double, ramp: Ramp = Ramp(), gates: Gates = .weights, initialDropRate: Double = 0.5,
      gateLearningRate: Double = 0.01, distribution: HardConcrete = HardConcrete(),
      _ selection: WeightSelection = .all
    ) {
      self.strength = strength
      self.ramp = ramp
      self.gates = gates
      self.initialDropRate = initialDropRate
      self.gateLearningRate = gateLearningRate
      self.distribution = distribution
      self.selection = selection
      requireValid()
    }

    /// Settings out of their ranges.
    public var problem: String? {
      negative("strength", strength) ?? ramp.problem ?? notPositive("initialDropRate", initialDropRate)
        ?? notPositive("1 - initialDropRate", 1 - initialDropRate)
        ?? notPositive("gateLearningRate", gateLearningRate) ?? distribution.problem
    }
  }

  /// What can be chosen.
  public let settings: Settings
  private var layers: [ParameterPath: GatedWeights] = [:]

  /// The regulariser.
  public init(_ settings: Settings) { self.settings = settings }

  /// Needs the gradients of weights under closed gates.
  public var trainsDense: Bool { true }

  /// log α of a parameter's gates; nil before the training and for parameters that are not selected.
  public func logAlpha(of path: ParameterPath) -> [Float]? { layers[path]?.logAlpha.values }

  /// Puts gates before the weights.
  public mutating func trainingBegins(_ network: inout Network, at moment: TrainingMoment) {
    network.visitParameters { path, parameter in
      guard settings.selection.contains(path, parameter), layers[path] == nil else { return }
      layers[path] = GatedWeights(of: parameter, settings)
    }
  }

  /// Draws the gates.
  public mutating func stepBegins(_ network: inout Network, at moment: TrainingMoment) {
    var generator = moment.generator()
    network.visitParameters { path, parameter in
      layers[path]?.draw(settings.distribution, into: &parameter, using: &generator)
    }
  }

  /// Moves the gates, and turns gradients by w and the weights into those of θ.
  public mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    let strength = strength(at: moment)
    var position = 0
    network.visitParameters { path, parameter in
      layers[path]?.moveGates(
        settings, strength: strength, gradients[position], &parameter, on: moment.compute)
      position += 1
    }
  }

  /// Takes the moved θ over.
  public mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    network.visitParameters { path, parameter in layers[path]?.take(from: parameter) }
  }

  /// Shows the weights behind the gates without chance, and prunes where they are closed.
  public mutating func epochEnds(_ network: inout Network, at moment: TrainingMoment) {
    network.visitParameters { path, parameter in
      layers[path]?.finish(settings.distribution, into: &parameter)
    }
  }

  /// strength · Σ p · P(z ≠ 0)
  public func penalty(of network: Network, at moment: TrainingMoment) -> Double? {
    strength(at: moment) * layers.values.reduce(0) { $0 + $1.expectedCount(settings.distribution) }
  }

  private func strength(at moment: TrainingMoment) -> Double {
    settings.strength * settings.ramp.height(at: moment.time, of: moment.end)
  }
}
