import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

/// Compaction of thousands of random networks under random masks.
@Suite struct CompactionPropertyTests {
  /// Seeds a test case: without optimisation the evaluation in double precision takes its time.
  #if DEBUG
    static let seeds: UInt64 = 60
  #else
    static let seeds: UInt64 = 250
  #endif

  @Test(arguments: 0..<20 as Range<UInt64>)
  func outputsStayAndNothingGrows(block: UInt64) {
    var tally = (smaller: 0, constant: 0, unread: 0, selections: 0)
    for seed in block * Self.seeds..<(block + 1) * Self.seeds {
      var random = RandomNetwork(seed: seed)
      let network = random.network
      let compaction = Compaction(of: network)
      let smaller = compaction.network
      let way = ComputeCase.all[Int(seed) % ComputeCase.all.count]
      way { expectEqualOutputs(network, smaller, random.sample(), seed: seed) }
      #expect(smaller.parameterCount <= network.parameterCount, "seed \(seed)")
      #expect(survivors(smaller) <= survivors(network), "seed \(seed)")
      #expect(
        smaller.outputShape == network.outputShape && smaller.inputShape == network.inputShape, "seed \(seed)"
      )

      let again = smaller.compacted()
      #expect(again.bits == smaller.bits, "seed \(seed)")
      #expect(again.nodes.map(\.name) == smaller.nodes.map(\.name), "seed \(seed)")
      #expect(again.nodes.map(\.outputShape) == smaller.nodes.map(\.outputShape), "seed \(seed)")
      tally.smaller += smaller.parameterCount < network.parameterCount ? 1 : 0
      tally.constant += compaction.layers.contains { $0.constantChannels > 0 } ? 1 : 0
      tally.unread += compaction.layers.contains { $0.unreadChannels > 0 } ? 1 : 0
      tally.selections += smaller.nodes.contains { $0.layer is Select } ? 1 : 0
    }
    // The masks are such that most networks lose something, in every way.
    #expect(
      tally.smaller * 2 > Self.seeds && tally.constant * 5 > Self.seeds && tally.unread * 5 > Self.seeds
        && tally.selections * 10 > Self.seeds, "\(tally)")
  }

  private func survivors(_ network: Network) -> Int {
    network.parameters.reduce(0) { $0 + $1.parameter.survivors }
  }

  /// Both are off the true outputs by no more than the bound; the constants in biases are values that the network computes, with
  /// one rounding more, which the bound's sums have room for.
  private func expectEqualOutputs(_ network: Network, _ smaller: Network, _ sample: [Float], seed: UInt64) {
    let input = Tensor(sample, shape: [1] + network.inputShape)
    let (whole, compact) = (network.predict(input).values, smaller.predict(input).values)
    let bounds = BoundedEvaluation(network).outputs(sample)
    for (index, bound) in bounds.enumerated() {
      let difference = abs(Double(whole[index]) - Double(compact[index]))
      #expect(
        difference <= 2 * bound.error, "seed \(seed), output \(index): \(whole[index]), \(compact[index])")
      #expect(abs(Double(whole[index]) - bound.value) <= bound.error, "seed \(seed), output \(index)")
    }
  }
}
