internal import EspalierNetworks
internal import EspalierPruning
internal import EspalierTensors
internal import EspalierTraining
internal import Synchronization

extension RecipeRun {
  mutating func lotteryTicket(_ strategy: LotteryTicketStrategy, _ network: Network) throws -> RecipeStage {
    let early = EarlyNetwork(afterEpoch: strategy.rewindEpoch)
    var network = network
    try trainDense(&network, callbacks: [early])
    let ticket = early.network!
    let steps = IterativeSparsity(rounds: strategy.rounds)
    var best: RecipeStage?
    for round in 1...strategy.rounds {
      prune(&network, to: steps.sparsity(after: round, from: 0, to: strategy.sparsity))
      if strategy.rewinding == .weights { network = ticket.masked(like: network) }
      best = try retrain("round \(round) of \(strategy.rounds)", &network, strategy)
    }
    if strategy.control { try trainControl(of: best!.network, ticket, strategy) }
    return best!
  }

  private mutating func retrain(
    _ name: String, _ network: inout Network, _ strategy: LotteryTicketStrategy
  ) throws -> RecipeStage {
    try train(
      name, &network, epochs: recipe.epochs - strategy.rewindEpoch, rewindEpoch: strategy.rewindEpoch)
  }

  /// The same number of survivors in each layer, at random places.
  private mutating func trainControl(
    of winner: Network, _ ticket: Network, _ strategy: LotteryTicketStrategy
  ) throws {
    var control = ticket
    let sparsities = Dictionary(
      uniqueKeysWithValues: winner.parameters.filter { $0.parameter.role == .weight }
        .map { ($0.path.node, 1 - $0.parameter.density) })
    Pruner(criterion: RandomCriterion(), distribution: PerLayerDistribution(sparsities))
      .prune(&control, to: .given, seed: recipe.training.seed)
    _ = try retrain("control with random masks", &control, strategy)
  }
}

extension Network {
  /// This network's values under another one's masks.
  func masked(like other: Network) -> Network {
    let masks = Dictionary(uniqueKeysWithValues: other.parameters.map { ($0.path, $0.parameter.mask) })
    var network = self
    network.visitParameters { path, parameter in
      if let mask = masks[path] ?? nil { parameter.prune(keeping: mask) }
    }
    return network
  }
}

/// Keeps the network as it is after an epoch; 0 for the one that training begins with.
private final class EarlyNetwork: TrainingCallback {
  private let epoch: Int
  private let kept = Mutex<Network?>(nil)

  init(afterEpoch epoch: Int) { self.epoch = epoch }

  var network: Network? { kept.withLock { $0 } }

  func trainingBegins(_ network: inout Network, at moment: TrainingMoment) { keep(network, at: moment) }

  func epochEnds(_ network: inout Network, at moment: TrainingMoment) { keep(network, at: moment) }

  private func keep(_ network: Network, at moment: TrainingMoment) {
    guard moment.epochsDone == epoch else { return }
    kept.withLock { $0 = network }
  }
}
