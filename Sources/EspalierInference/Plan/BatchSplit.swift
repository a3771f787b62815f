package import EspalierNetworks

/// How the samples of a batch are shared out among batches of sizes that suit the kernels.
///
/// The kernels for many samples fill whole vectors of sixteen: a batch of 17 costs what one of 32 does, though the kernel
/// for one sample takes a fifth of the time of sixteen. So the last few samples may be computed one by one, or a batch be
/// filled up with zeros; and where the activations of many samples leave the caches, they are taken 64 at a time.
package struct BatchSplit: Hashable, Sendable, CustomStringConvertible {
  /// Samples that follow one another, in batches of one size, the last perhaps filled up.
  package struct Share: Hashable, Sendable {
    package let samples: Int
    package let batchSize: Int

    init(_ samples: Int, by batchSize: Int) {
      self.samples = samples
      self.batchSize = batchSize
    }
  }

  /// In the order of the samples.
  package let shares: [Share]

  /// Such as `16 by 16 + 2 by 1`.
  package var description: String {
    shares.map { "\($0.samples) by \($0.batchSize)" }.joined(separator: " + ")
  }

  private static let vectorSamples = 16
  private static let tileSamples = 64
  /// More samples than this take longer one by one than together.
  private static let mostSingles = 8
  private static let mostSinglesOfRule = 3
  /// Dense layers read all their weights once more for every batch.
  private static let mostDensity = 0.5

  /// The splits that may be the fastest for a network, the batch in one first.
  package static func candidates(for network: Network, batchSize: Int) -> [BatchSplit] {
    guard isSparse(network) else { return [BatchSplit(shares: [Share(batchSize, by: batchSize)])] }
    var splits = splits(of: batchSize)
    let tiled = batchSize / tileSamples * tileSamples
    if batchSize > tileSamples {
      let rest = batchSize - tiled
      let tiles = Share(tiled, by: tileSamples)
      splits += rest == 0 ? [[tiles]] : Self.splits(of: rest).map { [tiles] + $0 }
    }
    var seen: Set<BatchSplit> = []
    return splits.map(BatchSplit.init).filter { seen.insert($0).inserted }
  }

  /// Of the candidates the one that everyday layers suggest: up to three samples on their own one by one.
  static func rule(for network: Network, batchSize: Int) -> BatchSplit {
    let candidates = candidates(for: network, batchSize: batchSize)
    let last = (batchSize - 1) % vectorSamples + 1
    guard last <= mostSinglesOfRule else { return candidates[0] }
    return candidates.first { $0.shares.last == Share(last, by: 1) } ?? candidates[0]
  }

  /// Without tiles: in one, filled up to whole vectors, and with the last samples apart.
  private static func splits(of count: Int) -> [[Share]] {
    let last = (count - 1) % vectorSamples + 1
    let main = count - last
    let whole = [Share(count, by: count)]
    if last == vectorSamples || count == 1 { return [whole] }
    let filled = [Share(count, by: main + vectorSamples)]
    guard last <= mostSingles else { return [whole, filled] }
    if main == 0 { return [whole, [Share(count, by: 1)]] }
    let apart = [[Share(last, by: 1)], [Share(last, by: last)]]
    return [whole, filled] + (last == 1 ? [apart[0]] : apart).map { [Share(main, by: main)] + $0 }
  }

  /// Whether most of the work is left out: the surviving share of the weights of linear layers.
  private static func isSparse(_ network: Network) -> Bool {
    let weights = network.nodes.compactMap { $0.layer.linear?.weight }
    let (left, all) = weights.reduce((0, 0)) { ($0.0 + $1.survivors, $0.1 + $1.count) }
    return Double(left) < mostDensity * Double(all)
  }
}
