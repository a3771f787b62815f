public import EspalierNetworks
internal import EspalierPruning
public import EspalierTensors

/// How much of each layer goes in one shot.
public enum OneShotAmounts: Sendable, Hashable {
  /// The same share, in 0…1, of every layer.
  case uniform(Double)
  /// A share of all weights, in 0…1; the density of a layer in proportion to the sum of its sizes over their product (ERK).
  case erdosRenyi(Double)
  /// A share of all weights, in 0…1; solved from what the network's outputs lose when each layer alone is pruned to several
  /// sparsities: see `SparsityAllocation`.
  case measured(Double)
  /// All but `kept` of every `of` inputs next to each other.
  case nOfM(kept: Int, of: Int)
  /// What goes of each layer by the name of its node, what went before included; layers that are not named lose no more.
  case perLayer([String: LayerAmount])
}

extension OneShotPruning {
  /// What goes of each layer.
  func counts(
    for sites: [OneShotSite], in network: Network, _ samples: Tensor, on compute: Compute
  ) throws(OneShotError) -> [LayerAmount] {
    switch amounts {
    case .nOfM(let kept, let of):
      precondition(kept > 0 && kept <= of, "\(kept) of \(of) weights cannot stay")
      return sites.map { _ in .nOfM(kept: kept, of: of) }
    case .perLayer(let amounts):
      return sites.map { amounts[$0.name] ?? .count(0) }
    case .uniform(let sparsity):
      requireShare(sparsity)
      return sites.map { .count(Int((sparsity * Double($0.count)).rounded(.toNearestOrEven))) }
    case .erdosRenyi(let sparsity):
      requireShare(sparsity)
      let weights = sites.map { $0.weight(in: network) }
      let kept = ErdosRenyiDistribution().survivors(
        of: weights.map(\.shape), density: 1 - sparsity, alive: weights.map(\.survivors))
      return zip(sites, kept).map { .count($0.count - $1) }
    case .measured(let sparsity):
      requireShare(sparsity)
      let profile = try profile(of: sites, in: network, samples, on: compute)
      return allocated(sparsity, by: profile, to: sites)
    }
  }

  /// What goes of each layer by a profile.
  private func allocated(
    _ sparsity: Double, by profile: SparsityAllocation, to sites: [OneShotSite]
  ) -> [LayerAmount] {
    let total = sites.reduce(0) { $0 + $1.count }
    return profile.pruned(Int((sparsity * Double(total)).rounded(.toNearestOrEven))).map { .count($0) }
  }

  /// What `.measured` comes to for several sparsities, in 0…1, of a network's weights, measured once for all of them: amounts
  /// by the names of layers.
  ///
  /// `calibration` holds samples, [count, input shape…]; the pruning's own amounts do not matter. Throws where a layer's inputs
  /// are not finite. Costs each layer's pruning to some fifteen levels, and as many predictions of the samples.
  public func measuredAmounts(
    for sparsities: [Double], of network: Network, calibration samples: Tensor
  ) throws(OneShotError) -> [OneShotAmounts] {
    sparsities.forEach(requireShare)
    requireFit(samples, network)
    let sites = sites(of: network)
    let profile = try profile(of: sites, in: network, samples, on: .current)
    return sparsities.map { sparsity in
      let amounts = allocated(sparsity, by: profile, to: sites)
      return .perLayer(
        Dictionary(uniqueKeysWithValues: zip(sites, amounts).map { ($0.name, $1) }))
    }
  }

  private func requireShare(_ sparsity: Double) {
    precondition((0...1).contains(sparsity), "a sparsity lies in 0…1, not \(sparsity)")
  }
}
