public import EspalierTensors

/// Wanda: |w| · ‖x‖₂, where ‖x‖₂ is the norm of the input that the weight multiplies, over the calibration samples.
///
/// The paper compares weights within an output row: the pattern `SingleWeights(within: .rows)`. Unlabelled samples suffice.
///
/// Source: M. Sun et al., "A simple and effective pruning approach for large language models" (ICLR 2024).
public struct WandaCriterion: PruningCriterion {
  /// The criterion.
  public init() {}
  /// Unlabelled samples.
  public var needs: EvidenceNeed { .inputs }
  /// |w| · ‖x‖₂.
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    let norms = evidence.activity(of: candidates).inputNorms
    return candidates.scores { weight, _, column in abs(weight) * norms[column] }
  }
}

/// Neurons that answer little go: the score of all weights of a row is the mean magnitude of its neuron's output, after its
/// activation function, over the calibration samples.
///
/// Meant for the pattern `Rows` with `ScorePooling.mean`.
///
/// Source: P. Molchanov et al., "Pruning convolutional neural networks for resource efficient inference" (ICLR 2017).
public struct MeanActivationCriterion: PruningCriterion {
  /// The criterion.
  public init() {}
  /// Unlabelled samples.
  public var needs: EvidenceNeed { .inputs }
  /// mean |y| of the weight's neuron.
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    let means = evidence.activity(of: candidates).outputMeans
    return candidates.scores { _, row, _ in means[row] }
  }
}

/// Neurons that are mostly silent go: the score of all weights of a row is 1 − APoZ, the share of the calibration samples for
/// which the neuron's output after its activation function is not zero.
///
/// Meant for the pattern `Rows` with `ScorePooling.mean`.
///
/// Source: H. Hu et al., "Network trimming: a data-driven neuron pruning approach towards efficient deep architectures"
/// (2016): the average percentage of zeros.
public struct AverageZerosCriterion: PruningCriterion {
  /// The criterion.
  public init() {}
  /// Unlabelled samples.
  public var needs: EvidenceNeed { .inputs }
  /// The share of outputs of the weight's neuron that are not zero.
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    let shares = evidence.activity(of: candidates).outputShares
    return candidates.scores { _, row, _ in shares[row] }
  }
}
