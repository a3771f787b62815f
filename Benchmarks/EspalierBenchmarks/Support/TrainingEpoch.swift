import Espalier

/// A network that is trained one epoch at a time, with Adam.
final class TrainingEpoch {
  private var network: Network
  private var trainer: Trainer

  /// Epochs of a network; layers of at most `packingDensity` are packed, by default as the trainer does it.
  init(_ network: Network, batch: Int, packingDensity: Double? = nil) {
    self.network = network
    trainer = Trainer(epochs: 1, batchSize: batch, packingDensity: packingDensity)
  }

  func train(_ training: Dataset, _ test: Dataset?) {
    trainer.train(&network, on: training, validation: test)
  }
}
