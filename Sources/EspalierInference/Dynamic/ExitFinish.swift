internal import EspalierNetworks
internal import EspalierTensors

/// Makes a head's logits what the network gives: logits, probabilities or their logarithms.
enum ExitFinish: Sendable {
  case logits
  case softmax(logarithm: Bool)

  init(of network: Network) {
    let last = network.nodes.last.map { type(of: $0.layer).kind }
    self =
      switch last {
      case Softmax.kind: .softmax(logarithm: false)
      case LogSoftmax.kind: .softmax(logarithm: true)
      default: .logits
      }
  }

  func write(_ logits: MatrixView, to output: UnsafeMutablePointer<Float>, on compute: Compute) {
    switch self {
    case .logits: output.update(from: logits.base, count: logits.count)
    case .softmax(let logarithm):
      let answer = MatrixView(base: output, rows: logits.rows, columns: logits.columns)
      compute.softmax(logits, logarithm: logarithm, into: answer)
    }
  }
}

extension ExitRule {
  /// Whether a sample with these logits exits.
  func admits(_ logits: MatrixView, on compute: Compute) -> Bool {
    confidence(in: logits, on: compute) > threshold
  }

  /// What is held against the threshold.
  func confidence(in logits: MatrixView, on compute: Compute) -> Float {
    let found = compute.confidence(logits.base, count: logits.count)
    return switch measure {
    case .probability: found.probability
    case .margin: found.margin
    }
  }
}
