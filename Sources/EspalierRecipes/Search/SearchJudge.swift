internal import EspalierData
internal import EspalierNetworks
internal import EspalierOneShot
internal import EspalierTensors
internal import EspalierTraining

/// Held-out samples that networks of a search are judged by.
struct SearchJudge: Sendable {
  private let dataset: Dataset
  /// What the network answered before, where labels are not looked at.
  private let outputs: Tensor?
  private let samples: Tensor?

  init(_ dataset: Dataset, original: Network, usesLabels: Bool) {
    self.dataset = dataset
    samples = usesLabels ? nil : dataset.samples(for: original)
    outputs = samples.map { original.predict($0) }
  }

  func judge(_ network: Network) -> (accuracy: Double, loss: Double) {
    guard let samples, let outputs else {
      let evaluation = network.evaluate(on: dataset)
      return (evaluation.accuracy, evaluation.loss)
    }
    let answers = network.predict(samples)
    let agreeing = zip(dataset.largestOutputs(of: outputs), dataset.largestOutputs(of: answers)).count(
      where: ==)
    return (
      Double(agreeing) / Double(max(dataset.count, 1)),
      OutputDivergence.kullbackLeibler(from: outputs, to: answers)
    )
  }
}
