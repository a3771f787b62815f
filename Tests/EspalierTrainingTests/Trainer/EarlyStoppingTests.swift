import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

/// The validation set contradicts the training set, so its loss rises from some epoch on.
@Suite struct EarlyStoppingTests {
  private func trained(
    epochs: Int, _ rule: EarlyStopping?, validates: Bool = true
  ) -> (history: TrainingHistory, network: Network) {
    var network = blobNetwork()
    var trainer = Trainer(
      epochs: epochs, batchSize: 20, optimizer: Adam(learningRate: 0.02), earlyStopping: rule)
    let history = trainer.train(
      &network, on: blobs(), validation: validates ? contradictingBlobs() : nil)
    return (history, network)
  }

  private func epochOfLowestLoss(_ history: TrainingHistory) -> Int {
    let losses = history.epochs.map { $0.validation!.loss }
    return losses.firstIndex(of: losses.min()!)!
  }

  @Test(arguments: [1, 2, 4])
  func endsWithTheBestEpochOncePatienceIsOut(patience: Int) {
    let (history, network) = trained(epochs: 30, EarlyStopping(patience: patience))
    #expect(history.end == .stoppedEarly)
    let best = epochOfLowestLoss(history)
    #expect(history.epochs.count == best + 1 + patience)
    #expect(network.bits == trained(epochs: best + 1, nil).network.bits)
  }

  @Test func keepsTheLastEpochWhenAskedTo() {
    let (history, network) = trained(epochs: 30, EarlyStopping(patience: 2, restoresBest: false))
    #expect(history.end == .stoppedEarly)
    #expect(network.bits == trained(epochs: history.epochs.count, nil).network.bits)
  }

  /// The best epoch is restored also when all epochs are done before patience is out.
  @Test func theBestEpochIsRestoredAtTheEndToo() {
    let (history, network) = trained(epochs: 6, EarlyStopping(patience: 6))
    #expect(history.end == .finished && history.epochs.count == 6)
    let best = epochOfLowestLoss(history)
    #expect(best < 5)
    #expect(network.bits == trained(epochs: best + 1, nil).network.bits)
  }

  @Test func anImprovementMustBeLargeEnough() {
    let (history, network) = trained(epochs: 30, EarlyStopping(patience: 3, minimumImprovement: 1e6))
    // Only the first epoch improves, on infinity.
    #expect(history.end == .stoppedEarly && history.epochs.count == 4)
    #expect(network.bits == trained(epochs: 1, nil).network.bits)
  }

  @Test func withoutValidationNothingStops() {
    let (history, _) = trained(epochs: 5, EarlyStopping(patience: 1), validates: false)
    #expect(history.end == .finished && history.epochs.count == 5)
    #expect(history.epochs.allSatisfy { $0.validation == nil && $0.evaluationSeconds == 0 })
  }

  @Test func aPatienceOfNothingTraps() async {
    await #expect(processExitsWith: .failure) { _ = EarlyStopping(patience: 0) }
  }
}
