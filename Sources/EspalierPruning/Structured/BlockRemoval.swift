public import EspalierData
public import EspalierNetworks

/// Removes the residual blocks that cost least: the depth of a network instead of its width.
///
/// One block after another, the costs determined anew before each. Retrain afterwards.
///
/// Source: S. Chen and Q. Zhao, "Shallowing deep networks: layer-wise pruning based on feature representations" (TPAMI 2019);
/// S. Elkerdawy et al., "To filter prune, or to layer prune, that is the question" (ACCV 2020).
public struct BlockRemoval: Sendable, Hashable {
  /// What the removal of a block costs.
  public enum Criterion: String, Sendable, Hashable, Codable, CaseIterable {
    /// How much the mean loss over the samples rises without the block, measured: a pass over the samples a block.
    case loss
    /// Σ |w · ∂L/∂w| over the block's weights: one pass forward and backward for all blocks.
    ///
    /// Source: P. Molchanov et al., "Importance estimation for neural network pruning" (CVPR 2019).
    case taylor
  }

  /// What a block costs.
  public struct Cost: Sendable, Hashable, Codable {
    /// The block.
    public let block: ResidualBlock
    /// What its removal costs.
    public let cost: Double
  }

  /// What the removal of a block costs.
  public var criterion: Criterion

  /// A removal by a criterion.
  public init(criterion: Criterion = .loss) { self.criterion = criterion }

  /// What each block's removal costs, in the order of the network. The samples are best ones that the network was not trained
  /// on. Traps when they do not fit.
  public func costs(
    of network: Network, samples: Dataset, loss: any Loss = CrossEntropy()
  ) -> [Cost] {
    let blocks = network.residualBlocks
    let evidence = PruningEvidence(of: network, samples: samples, loss: loss)
    switch criterion {
    case .loss:
      let whole = evidence.meanLoss
      return blocks.map { block in
        let without = PruningEvidence(of: network.removing(block), samples: samples, loss: loss)
        return Cost(block: block, cost: without.meanLoss - whole)
      }
    case .taylor:
      var weights = WeightScores(TaylorCriterion(), evidence)
      return blocks.map { block in
        let paths = network.parameters.filter {
          $0.parameter.role == .weight && block.nodes.contains($0.path.node)
        }
        let cost = paths.reduce(0.0) { sum, entry in
          weights.scores(at: entry.path).scores.withUnsafeValues { $0.reduce(sum) { $0 + Double($1) } }
        }
        return Cost(block: block, cost: cost)
      }
    }
  }

  /// The network without `count` blocks, and which went for what, the first first.
  ///
  /// - Throws: `UnreachableTarget` where fewer blocks can leave.
  public func remove(
    _ count: Int, from network: Network, samples: Dataset, loss: any Loss = CrossEntropy()
  ) throws(UnreachableTarget) -> (network: Network, removed: [Cost]) {
    precondition(count >= 0, "\(count) blocks cannot be removed")
    var network = network
    var removed: [Cost] = []
    while removed.count < count {
      let costs = costs(of: network, samples: samples, loss: loss)
      guard let least = costs.min(by: { $0.cost < $1.cost }) else {
        throw UnreachableTarget(
          expected: "\(count) residual blocks with an identity shortcut to remove", found: "\(removed.count)")
      }
      network = network.removing(least.block)
      removed.append(least)
    }
    return (network, removed)
  }
}
