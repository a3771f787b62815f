internal import EspalierNetworks
internal import EspalierTensors

extension OneShotPruning {
  /// The sparsities that each layer is tried at.
  private static let levels = [
    0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 1,
  ]

  /// Prunes each layer alone to several sparsities, and measures what the outputs for the calibration samples lose.
  func profile(
    of sites: [OneShotSite], in network: Network, _ samples: Tensor, on compute: Compute
  ) throws(OneShotError) -> SparsityAllocation {
    let original = network.predict(samples)
    var layers: [[SparsityAllocation.Level]] = []
    for site in sites {
      layers.append(
        try profile(of: site, at: Self.levels, in: network, samples, outputs: original, on: compute))
    }
    return SparsityAllocation(layers: layers)
  }

  /// The same for one layer; `outputs` are those of the network as it is, and `keep` is given the solution of each level but the
  /// first, at which nothing more goes.
  func profile(
    of site: OneShotSite, at sparsities: [Double], in network: Network, _ samples: Tensor, outputs: Tensor,
    on compute: Compute, keep: (LayerSolution) -> Void = { _ in }
  ) throws(OneShotError) -> [SparsityAllocation.Level] {
    let calibration = site.calibration(in: network, before: nil, samples, on: compute)
    let problem = site.problem(in: network, calibration.present, damping: damping)
    let prepared = try site.attempt { () throws(FactorisationError) in
      try method.prepare(problem, on: compute)
    }
    let gone = site.count - (problem.alive?.survivors ?? site.count)
    let counts = sparsities.map { Int((Double(site.count) * $0).rounded()) }
    var levels = [SparsityAllocation.Level(pruned: gone, loss: 0)]
    for count in counts where count > levels.last!.pruned {
      let solution = try site.attempt { () throws(FactorisationError) in
        try prepared.solution(.count(count), on: compute)
      }
      keep(solution)
      var trial = network
      trial.apply(solution, at: site)
      let loss = OutputDivergence.kullbackLeibler(from: outputs, to: trial.predict(samples))
      // Never less than a lower level: what differs there is noise.
      levels.append(.init(pruned: count, loss: max(loss, levels.last!.loss)))
    }
    return levels
  }
}
