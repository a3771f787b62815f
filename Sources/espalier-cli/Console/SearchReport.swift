import Espalier

/// What `search` prints.
struct SearchReport: Encodable, CustomStringConvertible {
  struct Candidate: Encodable {
    let cost: Double
    let accuracy: Double
    let loss: Double
    /// The share of all weights that is gone.
    let sparsity: Double
    let sparsities: [Double]
    /// For each layer N:M, or nil for single weights.
    let patterns: [String?]
  }

  let file: String
  let dataset: String
  let cost: SearchCost
  let limit: Double
  let tried: Int
  let front: [Candidate]
  let layers: [OneShotLayerReport]
  let before: Candidate
  let after: Candidate
  /// What the network as it was cost when the chosen one was measured.
  let costBefore: Double
  let meetsTarget: Bool
  /// On the test set.
  let accuracyBefore: Double
  let accuracyAfter: Double
  let seconds: Double

  init(
    _ outcome: PruningSearchOutcome, file: String, dataset: String, accuracyBefore: Double,
    accuracyAfter: Double, seconds: Double
  ) {
    func candidate(_ point: SearchPoint) -> Candidate {
      Candidate(
        cost: point.cost, accuracy: point.accuracy, loss: point.loss, sparsity: outcome.sparsity(of: point),
        sparsities: outcome.sparsities(of: point),
        patterns: outcome.amounts(of: point).map { if case .nOfM = $0 { "\($0)" } else { nil } })
    }
    self.file = file
    self.dataset = dataset
    cost = outcome.target.cost
    limit = outcome.limit
    tried = outcome.points.count
    front = outcome.front.map(candidate)
    layers = outcome.layers
    before = candidate(outcome.dense)
    after = candidate(outcome.chosen)
    costBefore = outcome.costBefore
    meetsTarget = outcome.meetsTarget
    self.accuracyBefore = accuracyBefore
    self.accuracyAfter = accuracyAfter
    self.seconds = seconds
  }

  var description: String {
    """
    \(frontTable)

    \(layerTable)

    \(cost.rawValue): \(cost.words(costBefore)) before, \(cost.words(after.cost)) after \
    (\((after.cost / max(costBefore, .leastNormalMagnitude)).formatted(decimals: 3)) of it), \
    \(cost.words(limit)) allowed
    accuracy on held-out samples: \(accuracyChange(from: before.accuracy, to: after.accuracy))
    accuracy on \(dataset): \(accuracyChange(from: accuracyBefore, to: accuracyAfter))
    \(tried) candidates in \(seconds.formatted(decimals: 1)) s
    """
  }

  /// The front, thinned out to some twenty lines.
  private var frontTable: String {
    let step = max((front.count + 19) / 20, 1)
    let rows = front.enumerated().filter { $0.offset % step == 0 || $0.offset == front.count - 1 }.map {
      _, point in
      cost.words(point.cost).paddedLeft(to: 30) + percent(point.sparsity).paddedLeft(to: 12)
        + percent(point.accuracy).paddedLeft(to: 12)
    }
    return (["\(cost.rawValue.paddedLeft(to: 30))    sparsity    accuracy"] + rows).joined(separator: "\n")
  }

  private var layerTable: String {
    let width = max(5, layers.map(\.name.count).max() ?? 0)
    let rows = zip(layers, after.patterns).map { layer, pattern in
      let gone = 1 - Double(layer.survivors) / Double(max(layer.weights, 1))
      return layer.name.paddedRight(to: width) + layer.weights.padded(to: 11) + layer.survivors.padded(to: 11)
        + percent(gone).paddedLeft(to: 11) + (pattern ?? "weights").paddedLeft(to: 10)
    }
    return (["layer".paddedRight(to: width) + "    weights       left   sparsity   pattern"] + rows).joined(
      separator: "\n")
  }
}
