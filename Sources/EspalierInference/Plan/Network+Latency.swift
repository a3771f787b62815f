public import EspalierNetworks

extension Network {
  /// The median seconds of a prediction of `batchSize` samples by a plan of the fixed rule, measured here and now for about
  /// `seconds`; of at least 3 predictions.
  public func measuredLatency(batchSize: Int = 1, seconds: Double = 0.05) -> Double {
    InferencePlan(self, batchSize: batchSize).latency(seconds: seconds)
  }
}
