public import EspalierTensors

/// Scores drawn at random, from the evidence's seed: the control that every other criterion has to beat.
public struct RandomCriterion: PruningCriterion {
  /// The criterion.
  public init() {}
  /// Independent and uniform over [0, 1).
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    var generator = evidence.generator(for: candidates.path)
    return candidates.scores { (_: Int, _: Float) in Float(generator.next() >> 40) * 0x1p-24 }
  }
}

/// |w|: the smallest weights go.
///
/// Source: S. Han et al., "Learning both weights and connections for efficient neural networks" (NIPS 2015).
public struct MagnitudeCriterion: PruningCriterion {
  /// The criterion.
  public init() {}
  /// |w|.
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    candidates.scores { (_: Int, weight: Float) in abs(weight) }
  }
}

/// w²: the order of `MagnitudeCriterion` for single weights; over rows or blocks the sum of squares.
public struct SquaredMagnitudeCriterion: PruningCriterion {
  /// The criterion.
  public init() {}
  /// w².
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    candidates.scores { (_: Int, weight: Float) in weight * weight }
  }
}

/// LAMP, layer-adaptive magnitude: w² / Σ v² over the weights v of the same parameter that are not smaller than w.
///
/// Comparable between layers, so that one threshold over the network (`GlobalDistribution`) needs no amounts per layer and
/// never takes a whole one: the largest weight of each scores 1. Equal magnitudes are ordered by index, the first counting
/// as the smallest. Costs a sort.
///
/// Source: J. Lee et al., "Layer-adaptive sparsity for the magnitude-based pruning" (ICLR 2021), equation 4.
public struct LAMPCriterion: PruningCriterion {
  /// The criterion.
  public init() {}
  /// w² over the sum of the squares that are not smaller, accumulated in double precision.
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    var scores = [Float](repeating: 0, count: candidates.count)
    candidates.values.withUnsafeValues { values in
      // A NaN counts as small, as everywhere.
      let weights = values.map { $0.isNaN ? 0 : $0 }
      let order = weights.indices.filter { candidates.alive?[$0] ?? true }
        .sorted { (abs(weights[$0]), $0) > (abs(weights[$1]), $1) }
      var sum = 0.0
      for index in order {
        let square = Double(weights[index]) * Double(weights[index])
        sum += square
        scores[index] = sum > 0 ? Float(square / sum) : 0
      }
    }
    return Tensor(scores, shape: candidates.values.shape)
  }
}

/// FPGM: rows (neurons, filters) near the geometric median of their layer's rows say what others say, and go first; the
/// score of each weight is Σ ‖row − other row‖₂ over the other rows.
///
/// Meant for the pattern `Rows` with `ScorePooling.mean`. Costs O(rows² · columns).
///
/// Source: Y. He et al., "Filter pruning via geometric median for deep convolutional neural networks acceleration" (CVPR
/// 2019).
public struct GeometricMedianCriterion: PruningCriterion {
  /// The criterion.
  public init() {}
  /// The sum of the distances to the other rows, the same for all weights of a row.
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    let rows = evidence.rows(of: candidates)
    let distances = rows.map { row in
      rows.reduce(0.0) { sum, other in
        sum + zip(row, other).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }.squareRoot()
      }
    }
    return candidates.scores { _, row, _ in Float(distances[row]) }
  }
}

/// Scores that a closure computes from path, weight, row and column.
public struct CustomCriterion: PruningCriterion {
  private let score: @Sendable (PruningCandidates) -> Tensor

  /// Scores in the shape of `candidates.values`, from the candidates of each parameter.
  public init(_ score: @escaping @Sendable (PruningCandidates) -> Tensor) { self.score = score }

  /// What the closure says; traps when the shape is another.
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    let scores = score(candidates)
    precondition(
      scores.shape == candidates.values.shape,
      "scores of shape \(scores.shape) do not fit candidates of shape \(candidates.values.shape)")
    return scores
  }
}

/// Scores that were computed before, one tensor of the parameter's shape each: those that training accumulated (movement),
/// or masks of another network as ones and zeros. Parameters without scores score 0.
///
/// Movement pruning's scores are −Σ w · ∂L/∂w over the steps of training: what moves away from zero stays.
/// Source: V. Sanh et al., "Movement pruning: adaptive sparsity by fine-tuning" (NeurIPS 2020).
public struct GivenScoresCriterion: PruningCriterion {
  private let given: [String: Tensor]

  /// The scores by parameter path, written `fc1.weight`.
  public init(_ scores: [String: Tensor]) { given = scores }

  /// The scores at the candidates' places; traps when a tensor has another shape than its parameter.
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    given[candidates.path.description].map(candidates.gathered) ?? Tensor(zeros: candidates.values.shape)
  }
}
