internal import EspalierNetworks
internal import EspalierTensors

extension OneShotPruning {
  /// The sparsities that each layer is tried at.
  private static let levels = [
    0.2, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 1,
  ]

  /// Prunes each layer alone to several sparsities, and measures what the outputs for the calibration samples lose.
  func profile(
    of sites: [OneShotSite], in network: Network, _ samples: Tensor, on compute: Compute
  ) throws(OneShotError) -> SparsityAllocation {
    let original = network.predict(samples)
    var layers: [[SparsityAllocation.Level]] = []
    for site in sites {
      var levels = [SparsityAllocation.Level(pruned: site.gone(in: network), loss: 0)]
      let amounts = site.amounts(of: Self.levels)
      try tryAlone(site, amounts, in: network, samples, outputs: original, on: compute) { _, pruned, loss in
        levels.append(.init(pruned: pruned.weightsGone, loss: loss))
        return true
      }
      layers.append(levels)
    }
    return SparsityAllocation(rising: layers)
  }

  /// Prunes one layer alone by each of several amounts; `body` is given those by which something more goes than before, with the
  /// solution and what the network's outputs lose by it, and says whether to go on. `outputs` are those of the network as it is.
  func tryAlone(
    _ site: OneShotSite, _ amounts: [LayerAmount], in network: Network, _ samples: Tensor, outputs: Tensor,
    on compute: Compute, _ body: (LayerAmount, LayerSolution, _ loss: Double) -> Bool
  ) throws(OneShotError) {
    let calibration = site.calibration(in: network, before: nil, samples, on: compute)
    let problem = site.problem(in: network, calibration.present, damping: damping)
    let gone = site.gone(in: network)
    let prepared = try site.attempt { () throws(FactorisationError) in
      try method.prepare(problem, on: compute)
    }
    for amount in amounts {
      if case .count(let count) = amount, count <= gone { continue }
      let solution = try site.attempt { () throws(FactorisationError) in
        try prepared.solution(amount, on: compute)
      }
      guard solution.weightsGone > gone else { continue }
      var trial = network
      trial.apply(solution, at: site)
      let loss = OutputDivergence.kullbackLeibler(from: outputs, to: trial.predict(samples))
      guard body(amount, solution, loss) else { return }
    }
  }
}

extension OneShotSite {
  /// The counts that sparsities in 0…1 come to.
  func amounts(of sparsities: [Double]) -> [LayerAmount] {
    sparsities.map { .count(Int((Double(count) * $0).rounded())) }
  }

  /// Its weights that were pruned before.
  func gone(in network: Network) -> Int {
    let weight = weight(in: network)
    return weight.count - weight.survivors
  }
}

extension LayerSolution {
  /// Pruned weights.
  var weightsGone: Int { kept.count - kept.survivors }
}
