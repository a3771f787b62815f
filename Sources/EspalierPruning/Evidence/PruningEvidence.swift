public import EspalierData
public import EspalierNetworks
public import EspalierTensors

/// What a criterion's scores are computed from besides the weights.
public enum EvidenceNeed: Int, Sendable, Comparable {
  /// Nothing.
  case weights
  /// Calibration samples, labels unread.
  case inputs
  /// Calibration samples with their answers.
  case labels

  /// Whether less is needed.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What criteria may ask about a network: gradients, activity, synaptic flow, random numbers. Each is computed when first
/// asked for and kept, so one object serves all parameters of one pruning; not `Sendable`.
///
/// Asking for gradients or activity without calibration samples traps: see `PruningCriterion.needs`.
public final class PruningEvidence {
  /// The network as it is before this pruning.
  public let network: Network
  /// The calibration samples, if there are any.
  public let samples: Dataset?
  /// The loss whose gradients are asked for.
  public let loss: any Loss
  /// Decides random scores.
  public let seed: UInt64

  private lazy var gradients = loss(of: network).gradient
  private lazy var squaredGradients = fisherDiagonal()
  private lazy var hessianGradients = finiteDifference()
  private lazy var flow = synapticFlow()
  private lazy var activities = measureActivity()

  /// Evidence about a network; traps when the samples do not fit it.
  public init(
    of network: Network, samples: Dataset? = nil, loss: any Loss = CrossEntropy(), seed: UInt64 = 1
  ) {
    samples?.requireFit(network)
    self.network = network
    self.samples = samples
    self.loss = loss
    self.seed = seed
  }

  /// ∂L/∂w of the mean loss L over the calibration samples, in the order of the candidates, the evaluation mode of all layers
  /// (no dropout).
  public func gradient(of candidates: PruningCandidates) -> Tensor { ordered(gradients, candidates) }

  /// The mean over the samples of (∂L/∂w)² for the loss of one sample: the diagonal of the empirical Fisher matrix.
  public func squaredGradient(of candidates: PruningCandidates) -> Tensor {
    ordered(squaredGradients, candidates)
  }

  /// H g for the gradient g of the mean loss by all weights, biases apart, and their Hessian H.
  public func hessianGradient(of candidates: PruningCandidates) -> Tensor {
    ordered(hessianGradients, candidates)
  }

  /// ∂R/∂w of the sum R of the outputs for an input of ones, all parameters replaced by their magnitudes.
  public func synapticFlow(of candidates: PruningCandidates) -> Tensor { ordered(flow, candidates) }

  /// What flowed into and out of the layer of the candidates.
  public func activity(of candidates: PruningCandidates) -> LayerActivity {
    guard let activity = activities[candidates.path.node] else {
      preconditionFailure(
        "\(candidates.path.node) multiplies its input by no matrix and no filters: its activity is not measured"
      )
    }
    return activity
  }

  /// A generator of random numbers for one parameter.
  public func generator(for path: ParameterPath) -> Xoshiro256 {
    let position = network.parameters.firstIndex { $0.path == path } ?? 0
    return Xoshiro256(seed: seed &+ UInt64(position) &* 0x9E37_79B9_7F4A_7C15)
  }

  /// The rows of a parameter, 0 where it is pruned or no number.
  func rows(of candidates: PruningCandidates) -> [[Float]] {
    var rows = [[Float]](
      repeating: [Float](repeating: 0, count: candidates.columns), count: candidates.rows)
    candidates.values.withUnsafeValues { values in
      for index in values.indices {
        let place = candidates.place(of: index)
        rows[place / candidates.columns][place % candidates.columns] = values[index].isNaN ? 0 : values[index]
      }
    }
    return rows
  }

  private func ordered(_ streams: [ParameterPath: Tensor], _ candidates: PruningCandidates) -> Tensor {
    streams[candidates.path]!.withUnsafeValues { candidates.ordered($0) }
  }
}
