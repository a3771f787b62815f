internal import EspalierTensors

/// What a plan takes by the clock on one thread of control: whole batches, and each step alone.
public struct PlanProfile: Sendable {
  /// One step of the network.
  public struct Step: Sendable {
    /// The node's name.
    public let name: String
    /// What is computed: an operator, or the kind of another layer.
    public let operation: String
    /// The linear layer or convolution, if it is one.
    public let layer: PlannedLayer?
    /// The median time of one batch in seconds.
    public let seconds: Double
  }

  /// The samples of a batch.
  public let batchSize: Int
  /// Times of whole batches in seconds, from the caller's samples to the caller's outputs, ascending.
  public let latencies: [Double]
  /// The steps in order; once more for samples that are computed apart.
  public let steps: [Step]

  /// The time that the given share of batches does not exceed: 0.5 is the median.
  public func latency(quantile: Double) -> Double {
    latencies[min(Int(quantile * Double(latencies.count)), latencies.count - 1)]
  }

  /// Samples a second at the median latency.
  public var throughput: Double { Double(batchSize) / latency(quantile: 0.5) }
}

extension InferencePlan {
  /// Measures `runs` whole batches of random samples, then as many of each step alone.
  ///
  /// Traps unless there is at least one run.
  public func profile(runs: Int, seed: UInt64 = 1) -> PlanProfile {
    PlanProfile(batchSize: batchSize, latencies: latencies(runs: runs, seed: seed), steps: stepTimes(runs))
  }

  /// Measures as many whole batches as take about `seconds`, at least 3 and at most 1000, then as many of each step alone.
  public func profile(seconds: Double, seed: UInt64 = 1) -> PlanProfile {
    profile(runs: runs(within: seconds), seed: seed)
  }

  /// The median time of as many whole batches as take about `seconds`, at least 3 and at most 1000.
  func latency(seconds: Double) -> Double {
    let latencies = latencies(runs: runs(within: seconds))
    return latencies[latencies.count / 2]
  }

  private func runs(within seconds: Double) -> Int {
    Int(min(max(seconds / max(latencies(runs: 1)[0], 1e-9), 3), 1000))
  }

  /// Times of whole batches of random samples, ascending.
  private func latencies(runs: Int, seed: UInt64 = 1) -> [Double] {
    precondition(runs > 0, "a profile takes at least one run, not \(runs)")
    var generator = Xoshiro256(seed: seed)
    let features = network.inputShape.reduce(1, *)
    let inputs = Tensor(uniform: 0..<1, shape: [batchSize, features], using: &generator)
    var outputs = Tensor(zeros: [batchSize, network.outputShape.reduce(1, *)])
    return times(runs) {
      inputs.withUnsafeValues { inputs in outputs.withUnsafeMutableValues { predict(inputs, into: $0) } }
    }.sorted()
  }

  private func stepTimes(_ runs: Int) -> [PlanProfile.Step] {
    var steps: [PlanProfile.Step] = []
    for share in shares {
      let (part, layers) = (share.part, share.layers)
      part.withWorkspace { workspace in
        for step in workspace.steps where !step.isSilent {
          let node = part.network.nodes[step.node]
          let times = times(runs) {
            for _ in 0..<share.batches { part.run(step) }
          }
          steps.append(
            PlanProfile.Step(
              name: node.name,
              operation: part.operators[step.node]?.kind.rawValue ?? type(of: node.layer).kind,
              layer: layers.first { $0.name == node.name }, seconds: times.sorted()[runs / 2]))
        }
      }
    }
    return steps
  }

  /// The seconds of each of `runs` calls, after some to warm up.
  private func times(_ runs: Int, _ body: () -> Void) -> [Double] {
    for _ in 0..<min(runs, 10) { body() }
    let clock = ContinuousClock()
    return (0..<runs).map { _ in
      let start = clock.now
      body()
      return (clock.now - start).seconds
    }
  }
}
