package import EspalierNetworks
package import EspalierTensors
internal import Synchronization

/// The layers of a network, each pruned alone to several sparsities, once and for all: what a search over amounts combines.
///
/// Every layer is fitted to the inputs that it has in the network as it is; that layers before it are pruned as well is left out,
/// so that layers · levels solutions stand for levels to the power of layers networks. A choice is a level for each layer.
/// Takes the memory of the weights times the number of levels.
package struct LayerVariants: Sendable {
  /// One layer.
  package struct Layer: Sendable {
    /// The name of its node.
    package let name: String
    /// Its weights, pruned ones included.
    package let weights: Int
    /// What goes at each level, and what the outputs lose by that; at the first, nothing more than before.
    package let levels: [SparsityAllocation.Level]
    /// The layer at each level but the first.
    fileprivate let solutions: [LayerSolution]
    fileprivate let site: OneShotSite
  }

  /// The layers, in the order of the network.
  package let layers: [Layer]
  private let pruning: OneShotPruning
  private let network: Network
  private let samples: Tensor

  /// Prunes every layer of a network to each of the sparsities, ascending and in 0…1; layers at the same time, each on one
  /// thread, to the same numbers on any number of threads. The pruning's amounts do not matter. `samples` are
  /// [count, input shape…].
  package init(
    _ pruning: OneShotPruning, of network: Network, at sparsities: [Double], calibration samples: Tensor
  ) throws(OneShotError) {
    let sites = network.oneShotSites.filter { pruning.layers?.contains($0.name) ?? true }
    let outputs = ThreadCount.$current.withValue(1) { network.predict(samples) }
    let results = Mutex([Result<Layer, OneShotError>?](repeating: nil, count: sites.count))
    Compute.current.perform(jobs: sites.count) { index in
      let result = Result { () throws(OneShotError) in
        try Layer(sites[index], pruning, network, sparsities, samples, outputs)
      }
      results.withLock { $0[index] = result }
    }
    var layers: [Layer] = []
    for result in results.withLock({ $0 }) { layers.append(try result!.get()) }
    self.layers = layers
    (self.pruning, self.network, self.samples) = (pruning, network, samples)
  }

  /// The network with each layer at its level of a choice.
  package func network(_ choice: [Int]) -> Network {
    var result = network
    for (layer, level) in zip(layers, choice) where level > 0 {
      result.apply(layer.solutions[level - 1], at: layer.site)
    }
    return result
  }

  /// The choice that is nearest to amounts, spread uniformly, by ERK, or as measured.
  package func choice(nearest amounts: OneShotAmounts) throws(OneShotError) -> [Int] {
    let total = layers.reduce(0) { $0 + $1.weights }
    if case .measured(let sparsity) = amounts {
      return nearest(
        SparsityAllocation(layers: layers.map(\.levels)).pruned(Int((sparsity * Double(total)).rounded())))
    }
    var pruning = pruning
    pruning.amounts = amounts
    let counts = try pruning.counts(for: layers.map(\.site), in: network, samples, on: .current)
    return nearest(
      counts.map { amount in if case .count(let count) = amount { count } else { 0 } })
  }

  /// What goes of each layer by a choice, for a pruning that prunes one layer after another.
  package func amounts(_ choice: [Int]) -> OneShotAmounts {
    .perLayer(
      Dictionary(
        uniqueKeysWithValues: zip(layers, choice).map { ($0.name, .count($0.levels[$1].pruned)) }))
  }

  private func nearest(_ counts: [Int]) -> [Int] {
    zip(layers, counts).map { layer, count in
      layer.levels.indices.min {
        abs(layer.levels[$0].pruned - count) < abs(layer.levels[$1].pruned - count)
      }!
    }
  }
}

extension LayerVariants.Layer {
  fileprivate init(
    _ site: OneShotSite, _ pruning: OneShotPruning, _ network: Network, _ sparsities: [Double],
    _ samples: Tensor, _ outputs: Tensor
  ) throws(OneShotError) {
    var solutions: [LayerSolution] = []
    levels = try pruning.profile(
      of: site, at: sparsities, in: network, samples, outputs: outputs, on: .current
    ) { solutions.append($0) }
    (name, weights, self.site, self.solutions) = (site.name, site.count, site, solutions)
  }
}
