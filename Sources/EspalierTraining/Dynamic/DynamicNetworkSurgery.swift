public import EspalierNetworks
internal import EspalierTensors

/// Dynamic network surgery: pruning that can be taken back. Forward passes see the weights under a mask, gradients reach
/// all weights straight through it, and the mask follows the magnitudes with two thresholds.
///
/// At every update a weight with |w| < a is pruned, one with |w| ≥ b comes back with the value it has grown to unseen, and
/// between them it stays what it was (hysteresis, so that weights do not flicker). a = lower · t and b = upper · t with t =
/// max(mean |w| + s · std |w|, 0) of the layer's weights before the first update; the number of survivors is found, not asked
/// for.
///
/// Trains dense: a step costs as much as the dense network's, and a copy of the weights is kept. The network itself always
/// has the mask. Weights that were pruned before the training stay pruned. Begin with a trained network.
///
/// Source: Y. Guo, A. Yao and Y. Chen, "Dynamic network surgery for efficient DNNs" (NIPS 2016); the thresholds are those
/// of the authors' code. They update the mask at random steps that become rarer; here the steps are those of a schedule.
public struct DynamicNetworkSurgery: TrainingCallback {
  /// What can be chosen.
  public struct Settings: ValidatedSettings, Sendable, Hashable, Codable {
    /// s: how many standard deviations above their mean magnitudes must be to survive; may be negative.
    public var sensitivity: Double
    /// a / t.
    public var lower: Double
    /// b / t.
    public var upper: Double
    /// When the mask is updated.
    public var schedule: UpdateSchedule
    /// The weights it applies to.
    public var selection: WeightSelection

    /// The settings; traps unless 0 ≤ lower ≤ upper.
    public init(
      sensitivity: Double = 1, lower: Double = 0.9, upper: Double = 1.1,
      schedule: UpdateSchedule = UpdateSchedule(), _ selection: WeightSelection = .all
    ) {
      self.sensitivity = sensitivity
      self.lower = lower
      self.upper = upper
      self.schedule = schedule
      self.selection = selection
      requireValid()
    }

    /// Thresholds that are negative or in the wrong order, or what is wrong with the schedule.
    public var problem: String? {
      (sensitivity.isFinite ? nil : "sensitivity: expected a number, found \(sensitivity)")
        ?? negative("lower", lower) ?? negative("upper", upper)
        ?? (lower <= upper ? nil : "upper: expected at least \(lower), found \(upper)") ?? schedule.problem
    }
  }

  private struct Layer {
    var weights: LatentWeights
    var mask: Mask?
    /// t; nil before the first update.
    var threshold: Double?
  }

  /// What can be chosen.
  public let settings: Settings
  private var layers: [ParameterPath: Layer] = [:]

  /// The rule.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// Needs the gradients of pruned weights.
  public var trainsDense: Bool { true }

  /// Takes the weights over, and makes the update at step 0 if it is due.
  public mutating func trainingBegins(_ network: inout Network, at moment: TrainingMoment) {
    network.visitParameters { path, parameter in
      guard settings.selection.contains(path, parameter), layers[path] == nil else { return }
      layers[path] = Layer(weights: LatentWeights(of: parameter), mask: parameter.mask)
      update(path, &parameter, at: moment)
    }
  }

  /// Shows the optimizer all weights.
  public mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    network.visitParameters { path, parameter in
      guard let weights = layers[path]?.weights else { return }
      parameter.replace(values: weights.values, mask: weights.candidates)
    }
  }

  /// Takes the moved weights over, updates the mask if it is time, and shows what it keeps.
  public mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    network.visitParameters { path, parameter in
      guard layers[path] != nil else { return }
      layers[path]!.weights.take(from: parameter)
      update(path, &parameter, at: moment)
    }
  }

  private mutating func update(_ path: ParameterPath, _ parameter: inout Parameter, at moment: TrainingMoment)
  {
    if settings.schedule.isDue(moment) {
      let weights = layers[path]!.weights
      let threshold = layers[path]!.threshold ?? weights.threshold(settings.sensitivity)
      layers[path]!.threshold = threshold
      layers[path]!.mask = weights.mask(
        after: layers[path]!.mask, lower: Float(settings.lower * threshold),
        upper: Float(settings.upper * threshold))
    }
    parameter.replace(values: layers[path]!.weights.values, mask: layers[path]!.mask)
  }
}

extension LatentWeights {
  /// max(mean |w| + s · std |w|, 0) over the weights that may survive.
  fileprivate func threshold(_ sensitivity: Double) -> Double {
    guard available > 0 else { return 0 }
    let sums = values.withUnsafeValues { NormSums(of: $0) }
    let mean = sums.absolute / Double(available)
    let variance = max(sums.squares / Double(available) - mean * mean, 0)
    return max(mean + sensitivity * variance.squareRoot(), 0)
  }

  /// The mask after an update: without |w| < lower, with |w| ≥ upper, otherwise as it was.
  fileprivate func mask(after old: Mask?, lower: Float, upper: Float) -> Mask {
    var mask = old ?? Mask(ones: values.shape)
    values.withUnsafeValues { values in
      mask.withUnsafeMutableWords { words in
        for index in values.indices {
          let bit: UInt64 = 1 << UInt64(index & 63)
          if abs(values[index]) < lower { words[index >> 6] &= ~bit }
          if abs(values[index]) >= upper { words[index >> 6] |= bit }
        }
      }
    }
    if let candidates { mask.formIntersection(candidates) }
    return mask
  }
}
