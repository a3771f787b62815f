package import EspalierNetworks
package import EspalierPruning
package import EspalierTensors
internal import Synchronization

/// The layers of a network, each pruned alone in several ways, once and for all: what a search over amounts and patterns
/// combines.
///
/// Every layer is fitted to the inputs that it has in the network as it is; that layers before it are pruned as well is left out,
/// so that layers · variants solutions stand for variants to the power of layers networks. A choice is a variant for each layer.
/// Takes the memory of the weights times the number of variants.
package struct LayerVariants: Sendable {
  /// One layer.
  package struct Layer: Sendable {
    /// The name of its node.
    package let name: String
    /// Its weights, pruned ones included.
    package let weights: Int
    /// What can become of it, from the fewest pruned weights to the most: first nothing more than before; at equal counts
    /// single weights, then patterns of smaller groups, come first.
    package let variants: [LayerVariant]
    fileprivate let site: OneShotSite
  }

  /// The layers, in the order of the network.
  package let layers: [Layer]
  private let pruning: OneShotPruning
  private let network: Network
  private let samples: Tensor

  /// Prunes every layer of a network to each of the sparsities, in 0…1, and by each of the patterns; layers at the same time,
  /// each on one thread, to the same numbers on any number of threads. The pruning's amounts do not matter. `samples` are
  /// [count, input shape…]. `observe` is given the share that is done, by one thread at a time, and says whether to go on;
  /// where it does not, there are no variants: nil.
  package init?(
    _ pruning: OneShotPruning, of network: Network, at sparsities: [Double], patterns: [NOfM],
    calibration samples: Tensor, observe: @escaping @Sendable (Double) -> Bool = { _ in true }
  ) throws(OneShotError) {
    let sites = pruning.sites(of: network)
    let outputs = ThreadCount.$current.withValue(1) { network.predict(samples) }
    let results = Mutex([Result<Layer, OneShotError>?](repeating: nil, count: sites.count))
    let progress = VariantProgress(
      of: sites.count * (sparsities.count + patterns.count), observe: observe)
    Compute.current.perform(jobs: sites.count) { index in
      let site = sites[index]
      let amounts =
        site.amounts(of: sparsities) + patterns.map { LayerAmount.nOfM(kept: $0.kept, of: $0.group) }
      let result = Result { () throws(OneShotError) in
        try Layer(site, pruning, network, amounts, samples, outputs, progress)
      }
      results.withLock { $0[index] = result }
    }
    guard progress.goesOn else { return nil }
    var layers: [Layer] = []
    for result in results.withLock({ $0 }) { layers.append(try result!.get()) }
    self.layers = layers
    (self.pruning, self.network, self.samples) = (pruning, network, samples)
  }

  /// The network with each layer in its variant of a choice.
  package func network(_ choice: [Int]) -> Network {
    var result = network
    for (layer, number) in zip(layers, choice) {
      guard let solution = layer.variants[number].solution else { continue }
      result.apply(solution, at: layer.site)
    }
    return result
  }

  /// The choice of single weights that is nearest to amounts, spread uniformly, by ERK, or as measured.
  package func choice(nearest amounts: OneShotAmounts) throws(OneShotError) -> [Int] {
    let total = layers.reduce(0) { $0 + $1.weights }
    if case .measured(let sparsity) = amounts {
      let allocation = SparsityAllocation(
        rising: layers.map { $0.single.map { .init(pruned: $0.variant.pruned, loss: $0.variant.loss) } })
      return nearest(allocation.pruned(Int((sparsity * Double(total)).rounded())))
    }
    var pruning = pruning
    pruning.amounts = amounts
    let counts = try pruning.counts(for: layers.map(\.site), in: network, samples, on: .current)
    return nearest(
      counts.map { amount in if case .count(let count) = amount { count } else { 0 } })
  }

  /// Each pattern in all layers that it prunes; the others as they are.
  package func choices(of patterns: [NOfM]) -> [[Int]] {
    patterns.map { pattern in
      let amount = LayerAmount.nOfM(kept: pattern.kept, of: pattern.group)
      return layers.map { layer in layer.variants.firstIndex { $0.amount == amount } ?? 0 }
    }
  }

  /// What goes of each layer by a choice, for a pruning that prunes one layer after another.
  package func amounts(_ choice: [Int]) -> OneShotAmounts {
    .perLayer(
      Dictionary(uniqueKeysWithValues: zip(layers, choice).map { ($0.name, $0.variants[$1].amount) }))
  }

  private func nearest(_ counts: [Int]) -> [Int] {
    zip(layers, counts).map { layer, count in
      layer.single.min { abs($0.variant.pruned - count) < abs($1.variant.pruned - count) }!.number
    }
  }
}

extension LayerVariants.Layer {
  fileprivate init(
    _ site: OneShotSite, _ pruning: OneShotPruning, _ network: Network, _ amounts: [LayerAmount],
    _ samples: Tensor, _ outputs: Tensor, _ progress: VariantProgress
  ) throws(OneShotError) {
    var variants = [LayerVariant(whole: site.gone(in: network))]
    try pruning.tryAlone(site, amounts, in: network, samples, outputs: outputs, on: .current) {
      variants.append(LayerVariant(amount: $0, solution: $1, loss: $2))
      return progress.advance()
    }
    self.variants = variants.sorted { $0.order.lexicographicallyPrecedes($1.order) }
    (name, weights, self.site) = (site.name, site.count, site)
  }

  /// The variants without a pattern, and their numbers.
  fileprivate var single: [(number: Int, variant: LayerVariant)] {
    variants.enumerated().filter { $0.element.group == 1 }.map { ($0.offset, $0.element) }
  }
}

/// How many variants of all layers are done; any thread may advance it.
private final class VariantProgress: Sendable {
  private let total: Int
  private let observe: @Sendable (Double) -> Bool
  private let state = Mutex((done: 0, goesOn: true))

  init(of total: Int, observe: @escaping @Sendable (Double) -> Bool) {
    (self.total, self.observe) = (total, observe)
  }

  /// Whether nobody has asked for an end.
  var goesOn: Bool { state.withLock { $0.goesOn } }

  /// Counts one more; whether to go on.
  func advance() -> Bool {
    state.withLock { state in
      state.done += 1
      state.goesOn = state.goesOn && observe(Double(state.done) / Double(total))
      return state.goesOn
    }
  }
}
