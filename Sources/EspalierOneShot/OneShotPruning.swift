public import EspalierNetworks
public import EspalierTensors

/// Prunes a trained network without retraining: layer after layer, so that each one's outputs for some calibration samples stay
/// as near as possible to what they were. No labels are needed.
///
///     let pruning = OneShotPruning(method: SparseGPT(), amounts: .uniform(0.5))
///     let report = try pruning.prune(&network, calibration: samples)     // [count, input shape…]
///
/// Each layer sees the inputs that the layers pruned before it produce.
public struct OneShotPruning: Sendable {
  /// Which weights go, and what becomes of the others.
  public var method: any LayerPruningMethod
  /// How much of each layer goes.
  public var amounts: OneShotAmounts
  /// What is added to the diagonal of the inputs' second moments before they are inverted, as a share of its mean.
  public var damping: Double
  /// Whether a layer also makes up for what the layers before it have lost: its weights are first fitted to its outputs in the
  /// network as it was. Not where the method only chooses weights and nothing is refitted.
  public var correctsEarlierLayers: Bool
  /// Whether the survivors of every row are fitted once more by least squares, whatever the method; costs |survivors|³ / 3
  /// operations a row.
  public var refits: Bool
  /// The names of the layers to prune; nil for all that have weights.
  public var layers: Set<String>?

  /// Whether every layer is fitted to the outputs that it had in the network as it was, earlier layers' losses included.
  ///
  /// Where it is not, the outputs drift from layer to layer, and a network with batch normalisation should have it measured anew
  /// (`Network.recalibrateBatchNorm`); where it is, the statistics of before fit best.
  public var restoresOutputs: Bool { correctsEarlierLayers && reconstructs }

  private var reconstructs: Bool { method.reconstructs || refits }

  /// A pruning.
  public init(
    method: any LayerPruningMethod = SparseGPT(), amounts: OneShotAmounts, damping: Double = 0.01,
    correctsEarlierLayers: Bool = true, refits: Bool = false, layers: Set<String>? = nil
  ) {
    self.method = method
    self.amounts = amounts
    self.damping = damping
    self.correctsEarlierLayers = correctsEarlierLayers
    self.refits = refits
    self.layers = layers
  }

  /// Prunes `network` in place and returns what happened to each layer; where it throws, the network is as it was.
  ///
  /// `calibration` holds samples, [count, input shape…]. What was pruned before stays pruned, and counts. `observe` is called
  /// after each layer. Traps when there are no samples or they do not fit the network; throws where a layer's inputs are not
  /// finite.
  @discardableResult
  public func prune(
    _ network: inout Network, calibration samples: Tensor, observe: (OneShotLayerReport) -> Void = { _ in }
  ) throws(OneShotError) -> [OneShotLayerReport] {
    requireFit(samples, network)
    let compute = Compute.current
    let sites = sites(of: network)
    let counts = try counts(for: sites, in: network, samples, on: compute)
    var pruned = network
    var reports: [OneShotLayerReport] = []
    for (site, amount) in zip(sites, counts) {
      let clock = ContinuousClock.now
      let isFirst = reports.isEmpty
      let result = try site.attempt {
        () throws(FactorisationError) in
        try solve(site, amount, in: pruned, before: isFirst ? nil : network, samples, on: compute)
      }
      pruned.apply(result.solution, at: site)
      let report = OneShotLayerReport(
        name: site.name, weights: site.count, survivors: result.solution.kept.survivors,
        relativeError: result.error, damping: result.solution.damping,
        seconds: (ContinuousClock.now - clock) / .seconds(1))
      reports.append(report)
      observe(report)
    }
    network = pruned
    return reports
  }

  /// The layers to prune.
  func sites(of network: Network) -> [OneShotSite] {
    network.oneShotSites.filter { layers?.contains($0.name) ?? true }
  }

  /// Traps unless there are samples for the network.
  func requireFit(_ samples: Tensor, _ network: Network) {
    precondition(
      samples.shape.count > 1 && samples.shape[0] > 0
        && samples.shape.dropFirst().reduce(1, *) == network.inputShape.reduce(1, *),
      "samples of shape \(samples.shape) to calibrate a network for \(network.inputShape)")
  }

  private func solve(
    _ site: OneShotSite, _ amount: LayerAmount, in network: Network, before: Network?, _ samples: Tensor,
    on compute: Compute
  ) throws(FactorisationError) -> (solution: LayerSolution, error: Double) {
    let calibration = site.calibration(in: network, before: before, samples, on: compute)
    let original = site.problem(in: network, calibration.present, damping: damping)
    let problem = restoresOutputs ? try calibration.corrected(original, on: compute) : original
    var solution = try method.prepare(problem, on: compute).solution(amount, on: compute)
    if refits {
      let moments = try DampedMoments(problem, on: compute)
      solution = try LeastSquaresRefit(moments: moments).solution(problem, kept: solution.kept, on: compute)
    }
    return (
      solution, calibration.relativeError(of: solution.weights, for: original.weights, on: compute)
    )
  }
}

/// What one-shot pruning did to one layer.
public struct OneShotLayerReport: Sendable, Hashable, Codable {
  /// The name of its node.
  public let name: String
  /// Its weights, pruned ones included.
  public let weights: Int
  /// Those that are left.
  public let survivors: Int
  /// The mean squared error of the layer's outputs over the mean square of what they were in the network before, both on the
  /// calibration samples; biases count.
  public let relativeError: Double
  /// The damping that was needed; more than asked for where the second moments were not positive definite otherwise, 0 for
  /// methods that invert nothing.
  public let damping: Double
  /// How long it took.
  public let seconds: Double
}

/// A layer that cannot be pruned in one shot.
public struct OneShotError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The name of its node.
  public let layer: String
  /// Why.
  public let reason: FactorisationError

  /// One line.
  public var description: String { "the calibration inputs of layer \(layer): \(reason)" }
}
