extension PruneAndRetrain {
  /// The experiment and its settings in words, one a line of a report.
  public var facts: [(name: String, value: String)] {
    [
      ("recipe", "train, prune each layer at a multiple of its weights' standard deviation, retrain"),
      ("epochs", "\(epochs) of training, \(retrainEpochs) of retraining"),
      ("threshold", "\(sensitivity) standard deviations"),
    ] + settings.facts
  }
}

extension RunPage.Stage {
  /// A stage of the classic experiment.
  public init(_ name: String, _ stage: PruneAndRetrain.Stage) {
    self.init(name, network: stage.network, evaluation: stage.evaluation, epochs: stage.history.epochs)
  }
}
