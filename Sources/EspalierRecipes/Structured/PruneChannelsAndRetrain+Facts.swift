public import EspalierPruning

extension PruneChannelsAndRetrain {
  /// The experiment and its settings in words, one a line of a report.
  public var facts: [(name: String, value: String)] {
    let importance = pruner.importance
    var facts = [
      ("recipe", "train, remove whole channels, retrain\(rounds > 1 ? ", in \(rounds) rounds" : "")"),
      ("epochs", "\(epochs) of training, \(retrainEpochs) of retraining\(rounds > 1 ? " a round" : "")"),
      ("target", target.words),
      ("ranking", pruner.ranking.rawValue),
      ("reduction over a group", importance.reduction.rawValue),
    ]
    if pruner.multiple > 1 { facts.append(("channel counts", "multiples of \(pruner.multiple)")) }
    if !pruner.excluded.isEmpty {
      facts.append(("left alone", pruner.excluded.sorted().joined(separator: ", ")))
    }
    return facts + settings.facts
  }
}

extension StructuredTarget {
  /// The target in words.
  public var words: String {
    switch self {
    case .channels(let share): "\(percentage(share)) of the channels removed"
    case .atMost(.share(let share), let cost): "at most \(percentage(share)) of the \(cost.rawValue)"
    case .atMost(.amount(let amount), .latency): "at most \(amount) s of latency"
    case .atMost(.amount(let amount), let cost): "at most \(Int(amount)) \(cost.rawValue)"
    }
  }
}
