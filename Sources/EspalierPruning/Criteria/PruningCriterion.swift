public import EspalierTensors

/// Which weights matter: a score for each, of which the larger ones survive.
///
/// One of the four independent choices of a `Pruner`. A criterion of one's own is a few lines:
///
///     struct Cube: PruningCriterion {
///       func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
///         candidates.scores { _, weight in abs(weight * weight * weight) }
///       }
///     }
public protocol PruningCriterion: Sendable {
  /// What the scores are computed from besides the weights.
  var needs: EvidenceNeed { get }

  /// In how many rounds a pruner should reach its amount, the scores computed anew before each; 1 for most.
  var rounds: Int { get }

  /// The scores, in the shape of `candidates.values`. What was pruned before is never read.
  func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor
}

extension PruningCriterion {
  /// The weights only.
  public var needs: EvidenceNeed { .weights }
  /// One round.
  public var rounds: Int { 1 }
}
