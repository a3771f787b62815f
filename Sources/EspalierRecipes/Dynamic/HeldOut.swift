internal import EspalierData
internal import EspalierInference
internal import EspalierNetworks
internal import EspalierTensors

/// Held-out samples with their classes, and which of them a network answers rightly.
struct HeldOut {
  /// [count, input shape…].
  let samples: Tensor
  let answers: [Int]
  let wasRight: [Bool]
  private let dataset: Dataset

  /// Traps unless there are samples with classes.
  init(_ network: Network, _ dataset: Dataset) {
    guard case .classes(let classes, _) = dataset.answers, dataset.count > 0 else {
      preconditionFailure("thresholds are chosen on samples with classes")
    }
    samples = dataset.samples(for: network)
    answers = classes.map(Int.init)
    self.dataset = dataset
    wasRight = zip(dataset.largestOutputs(of: network.predict(samples)), answers).map(==)
  }

  /// What a dynamic network reads and loses on the samples.
  func result(of plan: DynamicInference) -> ExitResult {
    let (outputs, outcomes) = plan.outcomes(of: samples)
    var result = ExitResult()
    for (index, answer) in dataset.largestOutputs(of: outputs).enumerated() {
      result.note(
        weights: outcomes[index].weightsRead, isRight: answer == answers[index], wasRight: wasRight[index])
    }
    return result
  }
}
