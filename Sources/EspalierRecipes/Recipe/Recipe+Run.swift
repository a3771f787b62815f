public import EspalierData
public import EspalierNetworks
public import EspalierTraining

extension Recipe {
  /// Carries the recipe out on a fresh network and tells `observe` about it, which may stop it at any batch or stage.
  ///
  /// `heldOut` samples of `training`, chosen by the seed, are what all decisions are made by; the test set is evaluated once at
  /// the end. Traps when the recipe has a `problem`, or holds out as many samples as there are. Throws what `observe` throws.
  public func run(
    _ network: Network, training: Dataset, test: Dataset,
    observe: (RecipeEvent) throws -> TrainingDecision = { _ in .proceed }
  ) throws -> RecipeOutcome {
    if let problem { preconditionFailure(problem) }
    precondition(heldOut < training.count, "\(heldOut) of \(training.count) samples cannot be held out")
    let (rest, judges) = training.split(holdingOut: heldOut, seed: self.training.seed)
    return try withoutActuallyEscaping(observe) { observe in
      var run = RecipeRun(self, training: rest, heldOut: judges, observe: observe)
      do {
        try run.carryOut(network)
      } catch let ended as RecipeRun.Ended {
        run.outcome.end = ended.end
        return run.outcome
      }
      if let best = run.outcome.best {
        let loss = self.training.loss
        run.outcome.test = (
          run.outcome.dense?.network.evaluate(on: test, loss: loss),
          best.network.evaluate(on: test, loss: loss)
        )
      }
      return run.outcome
    }
  }
}

extension RecipeRun {
  fileprivate mutating func carryOut(_ network: Network) throws {
    outcome.best =
      switch recipe.strategy {
      case .oneShot(let strategy): try oneShot(strategy, network)
      case .iterative(let strategy): try iterative(strategy, network)
      case .gradual(let strategy): try gradual(strategy, network)
      case .dynamic(let strategy): try dynamic(strategy, network)
      case .lotteryTicket(let strategy): try lotteryTicket(strategy, network)
      case .rigl(let strategy): try rigl(strategy, network)
      }
  }
}
