public import EspalierTensors

/// First-order Taylor expansion: |w · g|, an estimate of how much the loss changes when w becomes 0, or its square.
///
/// g is the gradient of the mean loss over the calibration samples. Applied to an untrained network the absolute value is
/// SNIP's connection sensitivity, up to a factor that changes no order.
///
/// Sources: P. Molchanov et al., "Importance estimation for neural network pruning" (CVPR 2019); N. Lee et al., "SNIP:
/// single-shot network pruning based on connection sensitivity" (ICLR 2019).
public struct TaylorCriterion: PruningCriterion {
  /// Whether the product is squared rather than made positive.
  public let squared: Bool

  /// The criterion.
  public init(squared: Bool = false) { self.squared = squared }
  /// Labelled samples.
  public var needs: EvidenceNeed { .labels }
  /// |w · g| or (w · g)².
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    evidence.gradient(of: candidates).withUnsafeValues { gradient in
      candidates.scores { index, weight in
        let product = weight * gradient[index]
        return squared ? product * product : abs(product)
      }
    }
  }
}

/// GraSP: keep the weights whose removal would weaken the flow of gradients most: the score is w · (H g), with H the Hessian
/// and g the gradient of the mean loss.
///
/// The paper's importance is −w · (H g), and the weights with the *largest* importance are removed. H g is a central
/// difference of gradients, (∇L(w + δ g) − ∇L(w − δ g)) / 2δ with δ = 0.01 / ‖g‖₂ over the selected weights.
///
/// Source: C. Wang et al., "Picking winning tickets before training by preserving gradient flow" (ICLR 2020).
public struct GraSPCriterion: PruningCriterion {
  /// The criterion.
  public init() {}
  /// Labelled samples.
  public var needs: EvidenceNeed { .labels }
  /// w · (H g).
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    evidence.hessianGradient(of: candidates).withUnsafeValues { product in
      candidates.scores { index, weight in weight * product[index] }
    }
  }
}

/// Optimal brain damage with the diagonal of the empirical Fisher matrix for the Hessian's: ½ · w² · h, where h is the mean
/// over the samples of the squared gradient of each sample's loss.
///
/// Costs a backward pass a sample.
///
/// Sources: Y. LeCun, J. Denker and S. Solla, "Optimal brain damage" (NIPS 1989), who use the second derivative itself;
/// L. Theis et al., "Faster gaze prediction with dense networks and Fisher pruning" (2018).
public struct FisherCriterion: PruningCriterion {
  /// The criterion.
  public init() {}
  /// Labelled samples.
  public var needs: EvidenceNeed { .labels }
  /// ½ · w² · mean(g²).
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    evidence.squaredGradient(of: candidates).withUnsafeValues { curvature in
      candidates.scores { index, weight in 0.5 * weight * weight * curvature[index] }
    }
  }
}

/// SynFlow: |w · ∂R/∂w|, where R is the sum of the outputs for an input of ones after every parameter was replaced by its
/// magnitude. Needs no data; pruned in rounds it cuts no layer off entirely.
///
/// Source: H. Tanaka et al., "Pruning neural networks without any data by iteratively conserving synaptic flow" (NeurIPS
/// 2020), who use 100 rounds.
public struct SynapticFlowCriterion: PruningCriterion {
  /// The rounds, each keeping the same share.
  public let rounds: Int

  /// The criterion.
  public init(rounds: Int = 100) {
    precondition(rounds > 0, "pruning takes at least one round, not \(rounds)")
    self.rounds = rounds
  }
  /// |w · ∂R/∂w|.
  public func scores(of candidates: PruningCandidates, from evidence: PruningEvidence) -> Tensor {
    evidence.synapticFlow(of: candidates).withUnsafeValues { flow in
      candidates.scores { index, weight in abs(weight * flow[index]) }
    }
  }
}
