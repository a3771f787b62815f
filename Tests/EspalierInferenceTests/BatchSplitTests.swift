import EspalierInference
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Foundation
import Testing

@Suite struct BatchSplitTests {
  /// Every remainder of a vector's lanes up to three of them, and of a tile of 64.
  private static let batches = Array(1...49) + [63, 64, 65, 80, 127, 128, 129, 200]

  @Test(arguments: ComputeCase.all)
  func everySplitPredictsAsTheNetworkDoes(way: ComputeCase) {
    way {
      let network = network(density: 0.2)
      var generator = Xoshiro256(seed: 2)
      let largest = Self.batches.max()!
      let samples = Tensor(uniform: -1..<1, shape: [largest, 45], using: &generator)
      let expected = network.predict(samples).values
      for batch in Self.batches {
        for split in BatchSplit.candidates(for: network, batchSize: batch) {
          let plan = InferencePlan(network, split: split)
          #expect(plan.batchSize == batch, "\(split)")
          // More than one batch, the last of them partly filled.
          let found = plan.predict(samples).values
          // Sums of at most 45 terms through two layers, of values around 1.
          let wrong = zip(found, expected).first { abs($0 - $1) > 200 * 0x1p-24 * max(1, abs($1)) }
          #expect(found.count == expected.count && wrong == nil, "batch \(batch) as \(split), seeds 1 and 2")
        }
      }
    }
  }

  @Test func theCandidatesHoldEverySampleOnce() {
    let network = network(density: 0.2)
    for batch in 1...300 {
      let splits = BatchSplit.candidates(for: network, batchSize: batch)
      #expect(Set(splits).count == splits.count)
      #expect(splits[0].shares.count == 1 && splits[0].shares[0].batchSize == batch)
      for split in splits { #expect(split.shares.reduce(0) { $0 + $1.samples } == batch, "\(split)") }
    }
    let descriptions = BatchSplit.candidates(for: network, batchSize: 66).map(\.description)
    #expect(
      descriptions == [
        "66 by 66", "66 by 80", "64 by 64 + 2 by 1", "64 by 64 + 2 by 2",
      ])
  }

  @Test func denseNetworksAreNotSplit() {
    for batch in [3, 17, 65, 256] {
      #expect(BatchSplit.candidates(for: network(density: 0.6), batchSize: batch).count == 1)
    }
  }

  @Test func theFixedRuleComputesTheLastThreeOneByOne() {
    let network = network(density: 0.2)
    let cases: [(batch: Int, samples: [Int], kinds: [OperatorKind])] = [
      (1, [1], [.vector]), (3, [3], [.vector]), (4, [4], [.rowGroups]),
      (17, [16, 1], [.rowGroups, .vector]),
      (19, [16, 3], [.rowGroups, .vector]), (20, [20], [.packed]), (32, [32], [.packed]),
      (65, [64, 1], [.packed, .vector]),
    ]
    for (batch, samples, kinds) in cases {
      let layers = InferencePlan(network, batchSize: batch).layers.filter { $0.name == "fc1" }
      #expect(layers.map(\.samples) == samples && layers.map(\.kind) == kinds, "batch \(batch)")
    }
    let single = InferencePlan(network, batchSize: 1).layers[0].byteCount
    #expect(InferencePlan(network, batchSize: 3).layers[0].byteCount == 3 * single)
  }

  @Test func whatIsInTheCacheDecides() throws {
    let folder = TemporaryFolder()
    let path = folder.path("calibration.json")
    let network = network(density: 0.2)
    let splits = BatchSplit.candidates(for: network, batchSize: 19)
    let cache = CalibrationCache(path: path)
    _ = InferencePlan(network, batchSize: 19, selection: .calibrated(cache: cache))
    cache.save()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let measured = try #require(splits.first { text.contains("\"\($0)\"") })
    // Also what measuring did not choose.
    for split in splits {
      try text.replacingOccurrences(of: "\"\(measured)\"", with: "\"\(split)\"")
        .write(toFile: path, atomically: true, encoding: .utf8)
      let selection = OperatorSelection.calibrated(cache: CalibrationCache(path: path))
      let layers = InferencePlan(network, batchSize: 19, selection: selection).layers
      let samples = layers.filter { $0.name == "fc1" }.map(\.samples)
      #expect(samples == split.shares.map(\.samples), "\(split)")
    }
  }

  @Test func aProfileCountsTheSamplesOfEveryShare() {
    let profile = InferencePlan(network(density: 0.2), batchSize: 18).profile(runs: 3)
    #expect(profile.steps.map(\.name) == ["fc1", "fc2", "fc1", "fc2"])
    #expect(profile.steps.map { $0.layer?.samples } == [16, 16, 2, 2])
  }

  private func network(density: Double) -> Network {
    var generator = Xoshiro256(seed: 1)
    var network = Network.perceptron(sizes: [45, 37, 5], using: &generator)
    network.prune(sparsity: 1 - density, within: .eachParameter)
    return network
  }
}
