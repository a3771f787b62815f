public import EspalierData
public import EspalierInference
public import EspalierNetworks
internal import EspalierTensors

/// Makes a trained network dynamic for a wanted loss of accuracy: trains early exits, and chooses thresholds on held-out
/// samples.
///
///     let tuning = DynamicTuning(
///       exits: [.init(at: .input, training: ExitTraining(hidden: 16, density: 0.15))], lossAllowed: 0.003)
///     let tuned = tuning.tune(network, training: training, validation: validation)
///     tuned.plan.predict(image, into: logits)
///
/// First the skipping of activations: level after level in steps of 0.05, the last at which half of the allowed loss (all of
/// it without exits) is kept. Then the thresholds of the exits, chosen together for the whole of the allowed loss: for a
/// price λ of an error, Σ (weights read + λ · wrong) is made small by one head after another until nothing changes, and of
/// many prices the one is taken that reads the fewest weights and keeps the bound. With d_i = 1 where validation sample i of
/// n is answered wrongly now and rightly by the network as it is, -1 the other way round and 0 otherwise, the bound is
///
///     mean d + standardErrors · √(var d / n) ≤ lossAllowed
///
/// The test set has no part in it.
public struct DynamicTuning: Sendable {
  /// An early exit that is to be made.
  public struct Exit: Sendable, Hashable {
    /// What the head reads.
    public var place: ExitHead.Place
    /// How its classifier is made.
    public var training: ExitTraining

    /// An exit.
    public init(at place: ExitHead.Place, training: ExitTraining = ExitTraining()) {
      self.place = place
      self.training = training
    }
  }

  /// Which inputs linear layers may skip.
  public enum Skipping: String, Sendable, Codable, CaseIterable {
    /// None.
    case none
    /// Exact zeros.
    case zeros
    /// At level s those of at most the s-quantile of the layer's nonzero magnitudes over the validation samples.
    case threshold
    /// At level s all but the ⌈(1 − s) · inputs⌉ largest.
    case largest = "top-k"
  }

  /// The exits, at most one a place.
  public var exits: [Exit]
  /// What a head's threshold is held against.
  public var measure: ExitRule.Measure
  /// Which inputs are skipped.
  public var skipping: Skipping
  /// The accuracy that may be lost, as a share: 0.005 is half a point.
  public var lossAllowed: Double
  /// How many standard errors of the loss on the validation samples are added to it before it is held against the bound.
  public var standardErrors: Double
  /// Whether the layers that skip are chosen by the clock instead of by the fixed rule.
  public var isCalibrated: Bool

  /// What is to be done; traps unless the loss and the margin are at least 0.
  public init(
    exits: [Exit] = [], measure: ExitRule.Measure = .probability, skipping: Skipping = .zeros,
    lossAllowed: Double = 0.005, standardErrors: Double = 2, isCalibrated: Bool = false
  ) {
    precondition(
      lossAllowed >= 0 && standardErrors >= 0, "a loss of \(lossAllowed), \(standardErrors) standard errors")
    self.exits = exits
    self.measure = measure
    self.skipping = skipping
    self.lossAllowed = lossAllowed
    self.standardErrors = standardErrors
    self.isCalibrated = isCalibrated
  }

  /// Trains the exits on `training` and chooses thresholds on `validation`.
  ///
  /// Validation samples should be none of those that the exits, and better none that the network, was trained on. Traps
  /// when a data set is empty, has no classes or does not fit the network, and on an exit at no place of it.
  public func tune(_ network: Network, training: Dataset, validation: Dataset) -> TunedInference {
    let held = HeldOut(network, validation)
    let selection = selection(samples: training.prefix(Self.typicalSamples).samples(for: network))
    let rules = chooseSkipping(network, held, selection)
    let heads = exits.map { $0.training.train(at: $0.place, of: network, on: training) }
    let ready = setThresholds(heads, network, rules, held, selection)
    let plan = DynamicInference(network, heads: ready, skipping: rules, selection: selection)
    return TunedInference(
      plan: plan, heads: ready, skipping: rules, validationSamples: validation.count,
      validationLoss: held.result(of: plan).loss)
  }

  /// Enough to tell how many activations are zero.
  private static let typicalSamples = 256

  private func selection(samples: Tensor) -> DynamicSelection {
    if skipping == .none { return .never }
    return isCalibrated ? .calibrated(samples: samples) : .fixed(samples: samples)
  }

  /// The strongest skipping of each layer that keeps its part of the allowed loss.
  private func chooseSkipping(
    _ network: Network, _ held: HeldOut, _ selection: DynamicSelection
  ) -> [String: ActivationSkipping] {
    guard let levels = SkippingLevels(skipping, of: network, for: held.samples) else { return [:] }
    let allowed = exits.isEmpty ? lossAllowed : lossAllowed / 2
    var chosen: [String: ActivationSkipping] = [:]
    for level in SkippingLevels.all {
      let rules = levels.rules(at: level)
      let plan = DynamicInference(network, skipping: rules, selection: selection)
      guard held.result(of: plan).lossBound(standardErrors: standardErrors) <= allowed else { break }
      chosen = rules
    }
    return chosen
  }

  /// The heads with the thresholds chosen on the held-out samples.
  private func setThresholds(
    _ heads: [ExitHead], _ network: Network, _ rules: [String: ActivationSkipping], _ held: HeldOut,
    _ selection: DynamicSelection
  ) -> [ExitHead] {
    guard !heads.isEmpty else { return [] }
    var heads = heads.sorted { ExitSite($0.place, in: network) < ExitSite($1.place, in: network) }
    // Above any confidence, but asked for.
    for index in heads.indices { heads[index].rule = ExitRule(measure, above: .greatestFiniteMagnitude) }
    let plan = DynamicInference(network, heads: heads, skipping: rules, selection: selection)
    let thresholds = ExitThresholds.chosen(
      plan.traces(of: held.samples), answers: held.answers, wasRight: held.wasRight,
      lossAllowed: lossAllowed, standardErrors: standardErrors)
    for (index, threshold) in thresholds.enumerated() { heads[index].rule.threshold = threshold }
    return heads
  }
}
