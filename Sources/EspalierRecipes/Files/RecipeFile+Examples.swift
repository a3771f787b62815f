extension RecipeFile {
  /// A commented recipe of a strategy, with the defaults of all its keys.
  public static func example(of strategy: PruningStrategy.Name) -> String {
    """
    # \(strategy.summary)
    # Every key may be left out; what stands here are the defaults.

    model: lenet-300-100      # or lenet-5, resnet-20, …, or layer sizes, such as 784-300-100-10
    epochs: 15                # of the first training\(strategy == .oneShot ? "; 0 prunes the untrained network" : "")
    held-out: 5000            # training samples that decisions are made by; the test set is looked at once, at the end

    training:                 # how every training is done
      optimizer: adam         # sgd, adam, adamw
      learning-rate: 0.002    # 0.05 for sgd
      weight-decay: 0.0002
      schedule: cosine        # constant, step, exponential, cosine
      warm-up: 0              # epochs
      label-smoothing: 0
      batch-size: 64
      seed: 1                 # of weights, shuffles and what is held out
    \(strategy == .rigl ? riglPruning : pruning)
    strategy:
      name: \(strategy.rawValue)
    \(strategy.keys)
    \(strategy == .rigl ? "" : distillation)
    """
  }

  private static let pruning = """

    pruning:                  # which weights go
      criterion: magnitude    # random, l2, taylor, snip, grasp, synflow, lamp, fisher, wanda, apoz, fpgm, …
      pattern: weights        # weights-per-row, rows, columns, layer, or blocks such as 4x1
      distribution: global    # uniform, global, er, erk
      floor: 1                # units that stay of each layer at least
      biases: false
      samples: 512            # training samples for criteria that look at gradients or activations
      # layers: [fc1, fc2]    # only these
    """

  private static let riglPruning = """

    # pruning:
    #   layers: [fc1, fc2]    # only these are sparse
    """

  private static let distillation = """

    # distillation:           # retraining also listens to the dense network
    #   temperature: 4
    #   mix: 0.5              # 0: to labels only, 1: to the dense network only

    """
}

extension PruningStrategy.Name {
  /// What the strategy does, in a sentence.
  public var summary: String {
    switch self {
    case .oneShot: "One shot: train, prune once, retrain."
    case .iterative:
      "Iterative: train, then prune and retrain round after round, until more accuracy is lost than may be."
    case .gradual: "Gradual: train, then prune a little at every interval of a second training."
    case .dynamic: "Dynamic: train with a penalty that makes weights small, prune once, retrain without it."
    case .lotteryTicket: "Lottery ticket: train, prune, rewind what is left to its early values, train again."
    case .rigl: "RigL: train a network that is sparse from the first step, its connections moving."
    }
  }

  fileprivate var keys: String {
    switch self {
    case .oneShot:
      """
        sparsity: 0.9           # the share of the weights that goes
        retrain-epochs: 15
      """
    case .iterative:
      """
        sparsity: 0.98          # after the last round
        rounds: 8               # each keeps the same share of what is left
        retrain-epochs: 6       # a round
        maximum-drop: 0.5       # points of accuracy that may be lost
      """
    case .gradual:
      """
        sparsity: 0.95
        retrain-epochs: 20      # of the second training
        interval: 100           # steps between two prunings
        pruning-share: 0.5      # of the second training; the rest has all its sparsity
        schedule: cubic         # exponential, linear, constant
      """
    case .dynamic:
      """
        sparsity: 0.95
        penalty: l1             # l2, hoyer, hoyer-square, group-lasso-rows, group-lasso-columns
        strength: 0.00003
        retrain-epochs: 15
      """
    case .lotteryTicket:
      """
        sparsity: 0.95          # after the last round
        rounds: 5
        rewinding: weights      # or learning-rate: the weights go on from where they are
        rewind-epoch: 0         # to the end of this epoch; 0 for the initial weights
        control: true           # also train random masks of the same sparsity per layer
      """
    case .rigl:
      """
        sparsity: 0.95          # all the time
        fraction: 0.3           # of the survivors that the first update replaces
        interval: 100           # steps between two updates
      """
    }
  }
}
