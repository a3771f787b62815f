import Espalier

extension NetworkFile {
  /// How good the network is on samples; throws where it computes what is no number, as every network from outside may.
  func evaluation(on dataset: Dataset, named name: String, file: String, loss: any Loss = CrossEntropy())
    throws
    -> Evaluation
  {
    let evaluation = network.evaluate(on: dataset, loss: loss)
    guard evaluation.loss.isFinite else {
      throw FormatError(
        file: file, place: "outputs on \(name)", expected: "a finite loss", found: "\(evaluation.loss)")
    }
    return evaluation
  }
}

extension FormatError {
  /// What keeps a layer of a file from being pruned without training.
  init(_ error: OneShotError, file: String) {
    let found = if case .notFinite = error.reason { "one that is not" } else { "\(error.reason)" }
    self.init(
      file: file, place: "layer \(error.layer)", expected: "finite second moments of its inputs", found: found
    )
  }
}
