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

  /// Traps unless there are samples with classes.
  init(_ network: Network, _ dataset: Dataset) {
    guard case .classes(let classes, _) = dataset.answers, dataset.count > 0 else {
      preconditionFailure("thresholds are chosen on samples with classes")
    }
    samples = dataset.samples(for: network)
    answers = classes.map(Int.init)
    wasRight = zip(samples.largest(of: network.predict(samples)), answers).map(==)
  }

  /// What a dynamic network reads and loses on the samples.
  func result(of plan: DynamicInference) -> ExitResult {
    let (outputs, outcomes) = plan.outcomes(of: samples)
    var result = ExitResult()
    for (index, answer) in samples.largest(of: outputs).enumerated() {
      result.note(
        weights: outcomes[index].weightsRead, isRight: answer == answers[index], wasRight: wasRight[index])
    }
    return result
  }
}

extension Tensor {
  /// For each of these samples the position of its largest output, the lowest winning ties.
  fileprivate func largest(of outputs: Tensor) -> [Int] {
    let count = shape[0]
    let width = outputs.count / max(count, 1)
    return outputs.withUnsafeValues { values in
      (0..<count).map { sample in
        let own = values[sample * width..<(sample + 1) * width]
        return own.indices.reduce(own.startIndex) { own[$1] > own[$0] ? $1 : $0 } - own.startIndex
      }
    }
  }
}

extension Dataset {
  /// The samples as a network takes them, [count, input shape…].
  func samples(for network: Network) -> Tensor { tensor.reshaped(to: [count] + network.inputShape) }
}
