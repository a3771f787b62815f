import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct DeterminismTests {
  private func trained(seed: UInt64, epochs: Int = 3) -> [[UInt32]] {
    var network = blobNetwork()
    var trainer = Trainer(epochs: epochs, batchSize: 32, seed: seed)
    trainer.train(&network, on: blobs())
    return network.bits
  }

  @Test(arguments: ComputeCase.all)
  func aSeedDecidesEveryBit(_ way: ComputeCase) {
    way {
      #expect(trained(seed: 1) == trained(seed: 1), "\(way)")
      #expect(trained(seed: 1) != trained(seed: 2), "\(way)")
    }
  }

  /// The next batch is loaded on another thread while one trains: the batches are the same all the same, and the
  /// reference's products do not depend on the number of threads.
  @Test(arguments: InstructionSet.available)
  func theReferenceDoesNotDependOnTheNumberOfThreads(_ set: InstructionSet) {
    let bits = [1, 2, 3].map { threads in
      ComputeCase(backend: .reference, instructionSet: set, threads: threads)({ trained(seed: 3) })
    }
    #expect(bits[0] == bits[1] && bits[0] == bits[2])
  }

  /// Two calls of one epoch go on where one call of two epochs does: the shuffles, the dropout and the moments.
  @Test(arguments: ComputeCase.all)
  func trainingGoesOnFromCallToCall(_ way: ComputeCase) {
    way {
      var network = blobNetwork()
      var trainer = Trainer(epochs: 1, batchSize: 32, seed: 4)
      trainer.train(&network, on: blobs())
      trainer.train(&network, on: blobs())
      #expect(trainer.epochsDone == 2)
      #expect(network.bits == trained(seed: 4, epochs: 2), "\(way)")
    }
  }

  /// A snapshot is a value: training what it was copied from does not touch it, and it can be trained again.
  @Test(arguments: ComputeCase.all)
  func snapshotsAreNotTouched(_ way: ComputeCase) {
    way {
      let ticket = blobNetwork()
      let before = ticket.bits
      var network = ticket
      var trainer = Trainer(epochs: 2, batchSize: 32, seed: 5)
      trainer.train(&network, on: blobs())
      #expect(ticket.bits == before && network.bits != before, "\(way)")
      var again = ticket
      var other = Trainer(epochs: 2, batchSize: 32, seed: 5)
      other.train(&again, on: blobs())
      #expect(again.bits == network.bits, "\(way)")
    }
  }

  @Test(arguments: ComputeCase.all)
  func retrainingKeepsTheZeros(_ way: ComputeCase) {
    let optimizers: [any Optimizer] = [
      SGD(learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01),
      Adam(learningRate: 0.01, weightDecay: 0.01), Adam.adamW(learningRate: 0.01),
    ]
    way {
      for optimizer in optimizers {
        var network = blobNetwork()
        var trainer = Trainer(epochs: 2, batchSize: 32, optimizer: optimizer)
        trainer.train(&network, on: blobs())
        network.prune(sparsity: 0.7, within: .eachParameter)
        let pruned = network
        trainer.train(&network, on: blobs())
        for (path, parameter) in network.parameters where path.name == "weight" {
          let (mask, before) = (parameter.mask!, pruned[path]!)
          #expect(mask == before.mask, "\(path), \(optimizer), \(way)")
          let values = parameter.values.bits
          #expect(values.indices.allSatisfy { mask[$0] || values[$0] == 0 }, "\(path), \(optimizer), \(way)")
          #expect(values != before.values.bits, "\(path), \(optimizer), \(way)")
        }
      }
    }
  }
}
