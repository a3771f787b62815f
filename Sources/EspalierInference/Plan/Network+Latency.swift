public import EspalierNetworks

extension Network {
  /// The median seconds of a prediction of `batchSize` samples by a plan of the fixed rule, measured here and now for about
  /// `seconds`; of at least 3 predictions. With several `rounds`, of that time each, the least of their medians, which what
  /// else the machine does disturbs less.
  public func measuredLatency(batchSize: Int = 1, seconds: Double = 0.05, rounds: Int = 1) -> Double {
    precondition(rounds > 0, "a latency takes at least one round, not \(rounds)")
    let plan = InferencePlan(self, batchSize: batchSize)
    return (0..<rounds).reduce(.infinity) { least, _ in min(least, plan.latency(seconds: seconds)) }
  }

  /// How many times as long a prediction takes as one of another network: the median over `rounds` in which both are measured in
  /// turn for about `seconds` each, so that what else the machine does, and how fast it is clocked at the moment, falls on both.
  public func measuredLatencyRatio(
    to other: Network, batchSize: Int = 1, seconds: Double = 0.05, rounds: Int = 5
  ) -> Double {
    precondition(rounds > 0, "a ratio of latencies takes at least one round, not \(rounds)")
    let plans = [self, other].map { InferencePlan($0, batchSize: batchSize) }
    let ratios = (0..<rounds).map { _ in
      plans[0].latency(seconds: seconds) / plans[1].latency(seconds: seconds)
    }
    return ratios.sorted()[rounds / 2]
  }
}
