import EspalierNetworks
import EspalierOneShot
import EspalierTensors
import Testing

@Suite struct AllocationTests {
  typealias Level = SparsityAllocation.Level

  @Test("As good as trying all combinations of levels, and exact")
  func exhaustive() {
    var generator = Xoshiro256(seed: 12)
    for _ in 0..<50 {
      let layers = (0..<3).map { _ -> [Level] in
        var loss = 0.0
        return (0..<4).map { step in
          loss += step == 0 ? 0 : .random(in: 0..<1, using: &generator)
          return Level(pruned: 10 * step, loss: loss)
        }
      }
      let allocation = SparsityAllocation(layers: layers)
      for total in [0, 10, 40, 70, 90] {
        let counts = allocation.pruned(total)
        #expect(counts.reduce(0, +) == total)
        let found = zip(layers, counts).reduce(0.0) { $0 + $1.0[$1.1 / 10].loss }
        var best = Double.infinity
        for a in 0..<4 {
          for b in 0..<4 {
            for c in 0..<4 where 10 * (a + b + c) >= total {
              best = min(best, layers[0][a].loss + layers[1][b].loss + layers[2][c].loss)
            }
          }
        }
        #expect(abs(found - best) < 1e-12)
      }
    }
  }

  @Test("Totals between levels, and beyond them")
  func between() {
    let allocation = SparsityAllocation(layers: [
      [Level(pruned: 0, loss: 0), Level(pruned: 100, loss: 1), Level(pruned: 200, loss: 10)],
      [Level(pruned: 5, loss: 0), Level(pruned: 50, loss: 0.1)],
    ])
    for total in 5...250 { #expect(allocation.pruned(total).reduce(0, +) == total) }
    #expect(allocation.pruned(1000) == [200, 50])
    #expect(allocation.pruned(50) == [0, 50])
  }

  @Test("Every way to share out a sparsity keeps the exact number", arguments: [0.0, 0.3, 0.77, 1.0])
  func exactShares(_ sparsity: Double) throws {
    var generator = Xoshiro256(seed: 13)
    let network = Network.perceptron(sizes: [20, 15, 10, 4], using: &generator)
    let samples = Tensor(uniform: 0..<1, shape: [40, 20], using: &generator)
    // fc2 has fewer weights left than ERK would give it.
    var thin = network
    try OneShotPruning(amounts: .perLayer(["fc2": .count(149)])).prune(&thin, calibration: samples)
    for (amounts, network) in [
      (OneShotAmounts.erdosRenyi(sparsity), network), (.measured(sparsity), network),
      (.erdosRenyi(sparsity), thin), (.measured(sparsity), thin),
    ] {
      var pruned = network
      let reports = try OneShotPruning(amounts: amounts).prune(&pruned, calibration: samples)
      let left = reports.reduce(0) { $0 + $1.survivors }
      let alive = network.parameters.reduce(0) {
        $0 + ($1.parameter.role == .weight ? $1.parameter.survivors : 0)
      }
      #expect(left == min(alive, 490 - Int((sparsity * 490).rounded(.toNearestOrEven))), "\(amounts)")
      let masks = pruned.parameters.filter { $0.parameter.role == .weight }
      #expect(masks.reduce(0) { $0 + $1.parameter.survivors } == left)
    }
  }

  @Test("Measured once for several sparsities: what each alone comes to")
  func measuredOnce() throws {
    var generator = Xoshiro256(seed: 14)
    let network = Network.perceptron(sizes: [20, 15, 10, 4], using: &generator)
    let samples = Tensor(uniform: 0..<1, shape: [40, 20], using: &generator)
    let pruning = OneShotPruning(amounts: .uniform(0), layers: ["fc1", "fc3"])
    let amounts = try pruning.measuredAmounts(for: [0.2, 0.6, 0.9], of: network, calibration: samples)
    for (sparsity, amounts) in zip([0.2, 0.6, 0.9], amounts) {
      var (once, alone) = (network, network)
      try OneShotPruning(amounts: amounts, layers: pruning.layers).prune(&once, calibration: samples)
      try OneShotPruning(amounts: .measured(sparsity), layers: pruning.layers)
        .prune(&alone, calibration: samples)
      for (a, b) in zip(once.parameters, alone.parameters) {
        #expect(a.parameter.values.values == b.parameter.values.values, "\(a.path)")
      }
    }
  }
}
