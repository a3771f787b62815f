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
      let calibration = site.calibration(in: network, before: nil, samples, on: compute)
      let problem = site.problem(in: network, calibration.present, damping: damping)
      let prepared = try site.attempt { () throws(FactorisationError) in
        try method.prepare(problem, on: compute)
      }
      let gone = site.count - (problem.alive?.survivors ?? site.count)
      let counts = Self.levels.map { Int((Double(site.count) * $0).rounded()) }
      var levels = [SparsityAllocation.Level(pruned: gone, loss: 0)]
      for count in counts where count > levels.last!.pruned {
        let solution = try site.attempt { () throws(FactorisationError) in
          try prepared.solution(.count(count), on: compute)
        }
        var trial = network
        trial.apply(solution, at: site)
        let loss = OutputDivergence.kullbackLeibler(from: original, to: trial.predict(samples))
        // Never less than a lower level: what differs there is noise.
        levels.append(.init(pruned: count, loss: max(loss, levels.last!.loss)))
      }
      layers.append(levels)
    }
    return SparsityAllocation(layers: layers)
  }
}
