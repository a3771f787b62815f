import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct AlternatingCompressionTests {
  /// Four steps an epoch, two cycles over four of six epochs: whole for four steps, compressed for four, and again, and
  /// compressed to the end. 112 weights, of which 90 go.
  @Test(arguments: ComputeCase.all)
  func phasesTakeTurns(_ way: ComputeCase) {
    way {
      for (index, optimizer) in revivingOptimizers.enumerated() {
        for packingDensity in packingDensities {
          var network = blobNetwork()
          var trainer = Trainer(
            epochs: 6, batchSize: 25, optimizer: optimizer, packingDensity: packingDensity,
            callbacks: [AlternatingCompression(to: 0.8, cycles: 2, until: 4), MaskWatcher()])
          trainer.train(&network, on: blobs())
          let watcher = trainer.callbacks[1] as! MaskWatcher
          let survivors = watcher.survivors.map { $0.reduce(0, +) }
          let (whole, sparse) = (112, 22)
          let expected =
            Array(repeating: whole, count: 3) + Array(repeating: sparse, count: 4)
            + Array(repeating: whole, count: 4) + Array(repeating: sparse, count: 13)
          #expect(survivors == expected, "optimizer \(index), packed up to \(packingDensity), \(way)")
          #expect(watcher.brokenSteps.isEmpty, "optimizer \(index), packed up to \(packingDensity), \(way)")
        }
      }
    }
  }

  /// What was pruned before training never comes back.
  @Test func earlierMasksStay() {
    var network = blobNetwork()
    network.prune(sparsity: 0.5, within: .eachParameter)
    let masks = network.weights.map { $0.mask! }
    var trainer = Trainer(
      epochs: 2, batchSize: 25,
      callbacks: [AlternatingCompression(to: 0.9, cycles: 2, until: 1.9), MaskWatcher()])
    trainer.train(&network, on: blobs())
    let watcher = trainer.callbacks[1] as! MaskWatcher
    #expect(Set(watcher.survivors.map { $0.reduce(0, +) }) == [56, 11])
    for (mask, weight) in zip(masks, network.weights) {
      #expect((0..<mask.count).allSatisfy { mask[$0] || !weight.mask![$0] })
    }
  }

  @Test func nonsenseTraps() async {
    await #expect(processExitsWith: .failure) { _ = AlternatingCompression(to: 1.5) }
    await #expect(processExitsWith: .failure) { _ = AlternatingCompression(to: 0.5, until: 0) }
  }
}
