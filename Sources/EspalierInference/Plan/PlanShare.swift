internal import EspalierNetworks
internal import EspalierTensors

/// Samples that follow one another, computed in batches of one size.
struct PlanShare: Sendable {
  let part: PlanPart
  let samples: Int

  /// The last may be filled up.
  var batches: Int { (samples + part.batchSize - 1) / part.batchSize }

  var layers: [PlannedLayer] {
    zip(part.network.nodes, part.operators).compactMap { node, chosen in
      chosen.flatMap { PlannedLayer(node, chosen: $0, samples: samples, batches: batches) }
    }
  }
}

extension [PlanShare] {
  /// The outputs of all samples, one after another.
  func predict(_ inputs: UnsafePointer<Float>, into outputs: UnsafeMutablePointer<Float>) {
    var (input, output) = (inputs, outputs)
    for share in self {
      let part = share.part
      let (features, answers) = (part.network.inputShape.reduce(1, *), part.network.outputShape.reduce(1, *))
      for first in stride(from: 0, to: share.samples, by: part.batchSize) {
        let count = Swift.min(part.batchSize, share.samples - first)
        part.predict(count, input, into: output)
        input += count * features
        output += count * answers
      }
    }
  }
}
