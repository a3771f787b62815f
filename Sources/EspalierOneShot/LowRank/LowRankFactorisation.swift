public import EspalierNetworks
public import EspalierTensors

/// Replaces fully connected layers and convolutions (in one group) of a trained network by two smaller ones in a row, and, if
/// asked for, a sparse one beside them; no retraining, no labels.
///
///     let factorisation = LowRankFactorisation(rank: .energy(0.95))
///     let (smaller, layers) = try factorisation.factor(network, calibration: samples)   // [count, input shape…]
///
/// A layer [outputs, inputs] of rank r becomes one of r outputs without a bias, then one of r inputs with it: r · (inputs +
/// outputs) weights. A k × k convolution becomes a k × k one with r output channels, then a 1 × 1 one. See `MatrixSpectrum` for
/// what is computed.
public struct LowRankFactorisation: Sendable {
  /// Each layer's rank.
  public var rank: RankChoice
  /// The share of a layer's weights, in 0..<1, that a sparse layer beside the factors has; 0 for none.
  public var residual: Double
  /// Whether the error of the layers' outputs on the calibration samples is made small, rather than that of the weights.
  public var weightsByInputs: Bool
  /// What is added to the diagonal of the inputs' second moments, as a share of its mean.
  public var damping: Double
  /// Whether layers are factorised that take as many multiplications, or more, than before.
  public var allowsLarger: Bool
  /// The names of the layers to factorise; nil for all that can be.
  public var layers: Set<String>?

  /// A factorisation; traps unless the rank can be chosen so and `residual` is in 0..<1.
  public init(
    rank: RankChoice, residual: Double = 0, weightsByInputs: Bool = true, damping: Double = 0.01,
    allowsLarger: Bool = false, layers: Set<String>? = nil
  ) {
    rank.requireValid()
    precondition((0..<1).contains(residual), "a residual of \(residual) is not in 0..<1")
    self.rank = rank
    self.residual = residual
    self.weightsByInputs = weightsByInputs
    self.damping = damping
    self.allowsLarger = allowsLarger
    self.layers = layers
  }

  /// The network with its layers factorised, and what became of each; those that would not get smaller are as they were.
  ///
  /// `calibration` holds samples, [count, input shape…], that the network as it is sees; without any, weights count as they are.
  /// A layer that was pruned before counts with the weights that it has left. `observe` is called after each layer. Traps when
  /// samples do not fit the network; throws where a value is not finite or no rank is small enough.
  public func factor(
    _ network: Network, calibration samples: Tensor? = nil, observe: (LowRankLayerReport) -> Void = { _ in }
  ) throws(LowRankError) -> (network: Network, layers: [LowRankLayerReport]) {
    precondition(
      samples.map {
        $0.shape.count > 1 && $0.shape[0] > 0 && $0.count == $0.shape[0] * network.inputShape.reduce(1, *)
      }
        ?? true, "samples of shape \(samples?.shape ?? []) to calibrate a network for \(network.inputShape)")
    let compute = Compute.current
    var approximations: [Int: LowRankApproximation] = [:]
    var reports: [LowRankLayerReport] = []
    for site in network.oneShotSites where layers?.contains(site.name) ?? true {
      let layer = try solve(site, in: network, samples, on: compute)
      approximations[site.node] = layer.approximation
      reports.append(layer.report)
      observe(layer.report)
    }
    return (network.factoring(approximations), reports)
  }

  private func solve(
    _ site: OneShotSite, in network: Network, _ samples: Tensor?, on compute: Compute
  ) throws(LowRankError) -> (approximation: LowRankApproximation?, report: LowRankLayerReport) {
    let moments = samples.map { site.calibration(in: network, before: nil, $0, on: compute).present }
    let matrix = site.matrix(in: network)
    let problem = ReconstructionProblem(
      weights: matrix, moments: moments?.leading(site.columns) ?? .identity(site.columns),
      columns: site.columns)
    let spectrum = try site.factorise { () throws(FactorisationError) in
      try MatrixSpectrum(
        of: matrix, moments: weightsByInputs && samples != nil ? problem.moments : nil, damping: damping,
        on: compute)
    }
    let residualCount = Int((residual * Double(site.count)).rounded(.toNearestOrEven))
    guard let rank = spectrum.rank(rank, residualCount: residualCount) else {
      throw LowRankError(
        layer: site.name,
        reason: .noRoom(multiplyAccumulates: site.count, least: site.rows + site.columns + residualCount))
    }
    let before = site.survivors(in: network)
    let after = rank * (site.rows + site.columns) + residualCount
    var report = LowRankLayerReport(
      name: site.name, fullRank: spectrum.fullRank, valuesBefore: before, positions: site.positions)
    guard allowsLarger || after < before else { return (nil, report) }
    let approximation = try site.factorise { () throws(FactorisationError) in
      try spectrum.approximation(rank: rank, residualCount: residualCount, on: compute)
    }
    report.rank = rank
    report.residual = residualCount
    report.valuesAfter = after
    report.damping = spectrum.damping
    report.relativeError = problem.relativeError(of: approximation.product(on: compute), on: compute)
    return (approximation, report)
  }
}

extension OneShotSite {
  /// Its weights without the bias, [rows, columns].
  fileprivate func matrix(in network: Network) -> Tensor {
    weight(in: network).values.reshaped(to: [rows, columns])
  }

  fileprivate func survivors(in network: Network) -> Int { weight(in: network).survivors }

  /// How often every weight is used for one sample.
  fileprivate var positions: Int {
    unfolding.map { $0.lines * $0.lineWidth } ?? 1
  }

  /// Runs `body`, and says of its error which layer it was about.
  fileprivate func factorise<Result>(
    _ body: () throws(FactorisationError) -> Result
  ) throws(LowRankError) -> Result {
    do { return try body() } catch { throw LowRankError(layer: name, reason: .factorisation(error)) }
  }
}

extension Tensor {
  /// The first rows and columns of a square matrix.
  fileprivate func leading(_ size: Int) -> Tensor {
    let width = shape[1]
    return Tensor(shape: [size, size]) { target in
      withUnsafeValues { source in
        for index in target.indices {
          target.initializeElement(at: index, to: source[index / size * width + index % size])
        }
      }
    }
  }

  fileprivate static func identity(_ size: Int) -> Tensor {
    var matrix = Tensor(zeros: [size, size])
    for index in 0..<size { matrix[index, index] = 1 }
    return matrix
  }
}

extension ReconstructionProblem {
  /// The error of a solution over the outputs' energy; 0 where there is neither.
  fileprivate func relativeError(of solution: Tensor, on compute: Compute) -> Double {
    let (error, energy) = (error(of: solution, on: compute), outputEnergy(on: compute))
    return error <= 0 ? 0 : energy > 0 ? error / energy : .infinity
  }
}
