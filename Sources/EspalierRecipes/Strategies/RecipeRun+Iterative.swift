internal import EspalierNetworks
internal import EspalierPruning

extension RecipeRun {
  /// The sparsest network that loses no more than `maximumDrop` points; the dense one where already the first round does.
  mutating func iterative(_ strategy: IterativeStrategy, _ network: Network) throws -> RecipeStage {
    var network = network
    try trainDense(&network)
    let steps = IterativeSparsity(rounds: strategy.rounds)
    var best = outcome.dense
    for round in 1...strategy.rounds {
      prune(&network, to: steps.sparsity(after: round, from: 0, to: strategy.sparsity))
      let stage = try train(
        "round \(round) of \(strategy.rounds)", &network, epochs: strategy.retrainEpochs)
      if let dense = outcome.dense {
        let drop = 100 * (dense.evaluation.accuracy - stage.evaluation.accuracy)
        guard drop <= strategy.maximumDrop else { break }
      }
      best = stage
    }
    return best!
  }
}
