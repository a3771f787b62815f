extension TrainingSettings {
  /// The settings in words, one a line of a report.
  public var facts: [(name: String, value: String)] {
    var facts = [
      ("optimizer", "\(optimizer.rawValue)\(nesterov ? ", looking ahead (Nesterov)" : "")"),
      ("learning rate", "\(learningRate ?? standardLearningRate), schedule \(schedule.rawValue)"),
    ]
    if optimizer == .sgd { facts.append(("momentum", "\(momentum)")) }
    if warmUp > 0 { facts.append(("warm-up", "\(warmUp) epochs")) }
    facts.append(("weight decay", "\(weightDecay)"))
    if labelSmoothing > 0 { facts.append(("label smoothing", "\(labelSmoothing)")) }
    if let evolve {
      facts.append(("evolution", "\(evolve) of each sparse layer before every epoch but the first"))
    }
    facts.append(("batch size", "\(batchSize)"))
    facts.append(("seed", "\(seed)"))
    return facts
  }
}
