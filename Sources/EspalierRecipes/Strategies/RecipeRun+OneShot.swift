internal import EspalierNetworks
internal import EspalierTraining

extension RecipeRun {
  mutating func oneShot(_ strategy: OneShotStrategy, _ network: Network) throws -> RecipeStage {
    var network = network
    try trainDense(&network)
    let pruned = try prune("pruned", &network, to: strategy.sparsity)
    guard strategy.retrainEpochs > 0 else { return pruned }
    return try train("retrained", &network, epochs: strategy.retrainEpochs)
  }

  mutating func dynamic(_ strategy: DynamicStrategy, _ network: Network) throws -> RecipeStage {
    var network = network
    try trainDense(&network, callbacks: [strategy.regularization])
    let pruned = try prune("pruned", &network, to: strategy.sparsity)
    guard strategy.retrainEpochs > 0 else { return pruned }
    return try train("retrained", &network, epochs: strategy.retrainEpochs)
  }

  mutating func gradual(_ strategy: GradualStrategy, _ network: Network) throws -> RecipeStage {
    var network = network
    try trainDense(&network)
    let pruner = recipe.pruning.pruner
    let ramp = GradualPruning(
      to: strategy.sparsity,
      schedule: UpdateSchedule(
        to: strategy.pruningShare * Double(strategy.retrainEpochs), every: strategy.interval),
      shape: strategy.schedule)
    return try train(
      "gradually pruned", &network, epochs: strategy.retrainEpochs,
      callbacks: [
        PrunerRamp(
          ramp, pruner: pruner, samples: calibrationSamples(pruner), loss: recipe.training.loss)
      ])
  }

  mutating func rigl(_ strategy: RigLStrategy, _ network: Network) throws -> RecipeStage {
    var network = network
    let selection = recipe.pruning.layers.map(WeightSelection.layers) ?? .all
    let settings = RigL.Settings(
      density: 1 - strategy.sparsity, fraction: strategy.fraction,
      schedule: UpdateSchedule(every: strategy.interval), selection)
    return try train("sparse", &network, epochs: recipe.epochs, callbacks: [RigL(settings)])
  }
}

extension DynamicStrategy {
  /// What is added to the loss of the dense training.
  var regularization: any TrainingCallback {
    switch penalty {
    case .l1: Regularization(L1Penalty(), strength: strength)
    case .l2: Regularization(L2Penalty(), strength: strength)
    case .hoyer: Regularization(HoyerPenalty(), strength: strength)
    case .hoyerSquare: Regularization(HoyerSquarePenalty(), strength: strength)
    case .groupLassoRows: Regularization(GroupLassoPenalty(.rows), strength: strength)
    case .groupLassoColumns: Regularization(GroupLassoPenalty(.columns), strength: strength)
    }
  }
}
