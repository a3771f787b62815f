import EspalierData
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct TrainerEventTests {
  private static let events = ["32", "64", "96", "100", "epoch 0", "32", "64", "96", "100", "epoch 1"]

  private func name(_ event: TrainingEvent) -> String {
    switch event {
    case .batch(let progress): "\(progress.samplesDone)"
    case .epoch(let summary): "epoch \(summary.epoch)"
    }
  }

  /// Every batch, the smaller last one too, and after them their epoch; what they say fits together.
  @Test(arguments: ComputeCase.all)
  func eventsComeInOrder(_ way: ComputeCase) {
    way {
      var network = blobNetwork()
      var trainer = Trainer(epochs: 2, batchSize: 32)
      var names: [String] = []
      var last: BatchProgress?
      let history = trainer.train(&network, on: blobs(), validation: blobs(count: 31, seed: 2)) { event in
        names.append(name(event))
        switch event {
        case .batch(let progress):
          #expect(progress.epochs == 2 && progress.samples == 100)
          last = progress
        case .epoch(let summary):
          #expect(summary.loss == last?.loss && summary.accuracy == last?.accuracy)
          #expect(summary.validation?.samples == 31 && summary.samples == 100)
          #expect(summary.learningRate == 0.001)
        }
        return .proceed
      }
      #expect(names == Self.events, "\(way)")
      #expect(history.end == .finished && history.epochs.map(\.epoch) == [0, 1])
      #expect(history.epochs[1].validation == network.evaluate(on: blobs(count: 31, seed: 2)), "\(way)")
    }
  }

  @Test(arguments: 0..<9)
  func theObserverStopsAfterAnyEvent(_ index: Int) {
    var network = blobNetwork()
    var trainer = Trainer(epochs: 2, batchSize: 32)
    var names: [String] = []
    let history = trainer.train(&network, on: blobs()) { event in
      names.append(name(event))
      return names.count == index + 1 ? .stop : .proceed
    }
    #expect(names == Array(Self.events.prefix(index + 1)))
    #expect(history.end == .stoppedByObserver)
    #expect(history.epochs.count == (index >= 4 ? 1 : 0) && trainer.epochsDone == history.epochs.count)
  }

  @Test func whatTheObserverThrowsComesThrough() {
    struct Interruption: Error {}
    var network = blobNetwork()
    let before = network.bits
    var trainer = Trainer(batchSize: 32)
    #expect(throws: Interruption.self) {
      try trainer.train(&network, on: blobs()) { _ in throw Interruption() }
    }
    #expect(network.bits != before)
  }

  @Test func cancellationEndsTheTrainingAfterTheBatch() async {
    let (end, batches) = await Task {
      var network = blobNetwork()
      var trainer = Trainer(epochs: 2, batchSize: 32)
      var batches = 0
      let history = trainer.train(&network, on: blobs()) { _ in
        batches += 1
        if batches == 2 { withUnsafeCurrentTask { $0?.cancel() } }
        return .proceed
      }
      return (history.end, batches)
    }.value
    #expect(end == .cancelled && batches == 2)
  }

  @Test(arguments: ComputeCase.all)
  func aLossThatIsNotFiniteEndsTheTraining(_ way: ComputeCase) {
    way {
      var network = blobNetwork()
      var exploding = Trainer(
        epochs: 50, batchSize: 32, loss: MeanSquaredError(), optimizer: SGD(learningRate: 1e15))
      let history = exploding.train(&network, on: blobs())
      #expect(history.end == .diverged && history.epochs.count < 50, "\(way)")

      var values = [Float](repeating: 0.5, count: 40)
      values[17] = .nan
      let broken = Dataset(
        samples: .floats(values), sampleShape: [4],
        answers: .classes([Int32](repeating: 1, count: 10), count: 3))
      var other = blobNetwork()
      var trainer = Trainer(epochs: 2, batchSize: 10)
      #expect(trainer.train(&other, on: broken).end == .diverged, "\(way)")
    }
  }

  @Test func samplesThatDoNotFitTrap() async {
    await #expect(processExitsWith: .failure) {
      var generator = Xoshiro256(seed: 1)
      var network = Network.perceptron(sizes: [5, 3], using: &generator)
      var trainer = Trainer()
      trainer.train(&network, on: blobs())
    }
    await #expect(processExitsWith: .failure) {
      var generator = Xoshiro256(seed: 1)
      _ = Network.perceptron(sizes: [4, 2], using: &generator).evaluate(on: blobs())
    }
    await #expect(processExitsWith: .failure) {
      var network = blobNetwork()
      var trainer = Trainer(batchSize: 0)
      trainer.train(&network, on: blobs())
    }
  }

  @Test func anEmptyDataSetHasEpochsWithoutBatches() {
    let empty = Dataset(samples: .floats([]), sampleShape: [4], answers: .classes([], count: 3))
    var network = blobNetwork()
    let before = network.bits
    var trainer = Trainer(epochs: 2)
    let history = trainer.train(&network, on: empty, validation: empty)
    #expect(history.epochs.map(\.loss) == [0, 0] && history.end == .finished)
    #expect(history.epochs[0].validation?.samples == 0 && network.bits == before)
  }
}
