public import EspalierTensors

/// What samples took in a `DynamicInference`, and how long, beside the static plan of the same network.
public struct DynamicProfile: Sendable {
  /// The times of one of the two, in seconds.
  public struct Times: Sendable {
    /// The mean time of a sample in a pass over all of them, the median of the passes.
    public let mean: Double
    /// The time of each call, ascending.
    public let calls: [Double]

    /// The time that the given share of calls does not exceed: 0.5 is the median.
    public func call(quantile: Double) -> Double { Self.value(of: calls, quantile: quantile) }

    fileprivate static func value<Value>(of ascending: [Value], quantile: Double) -> Value {
      ascending[min(Int(quantile * Double(ascending.count)), ascending.count - 1)]
    }
  }

  /// The weights that the network has left, a convolution's for every pixel of its output: what the static plan reads for
  /// each sample.
  public let weightCount: Int
  /// The weights that were read for each sample, those of heads included, ascending; counted by multiply-adds as in
  /// ``DynamicOutcome/weightsRead``.
  public let weightsRead: [Int]
  /// How many samples left by each head, then how many went through the whole network.
  public let exits: [Int]
  /// The times of the dynamic network.
  public let dynamic: Times
  /// The times of the static plan.
  public let whole: Times
  /// The static plan's time of a pass over the dynamic network's, the median over pairs of passes: above 1 the dynamic network is
  /// faster.
  public let speedup: Double

  /// The mean of the weights read for a sample.
  public var meanWeightsRead: Double {
    Double(weightsRead.reduce(0, +)) / Double(max(weightsRead.count, 1))
  }

  /// The weights that the given share of samples does not exceed: 0.5 is the median.
  public func weightsRead(quantile: Double) -> Int { Times.value(of: weightsRead, quantile: quantile) }

  /// The share of the network's weights that is not read where so many are: negative where heads cost more than they save.
  public func shareSkipped(reading weights: Double) -> Double { 1 - weights / Double(max(weightCount, 1)) }
}

extension DynamicInference {
  /// Runs samples [count, input shape…] one at a time and counts; then times the first 500, here and in a static plan for
  /// one sample in turn, `passes` times each. So many stay in the caches, as samples that have just been made do.
  ///
  /// Traps unless there are a sample and a pass, and the plan is one for one sample of this network's shapes.
  public func profile(
    on samples: Tensor, against plan: InferencePlan, passes: Int = 51
  ) -> DynamicProfile {
    precondition(
      samples.shape.first ?? 0 > 0 && passes > 0, "a profile takes at least one sample and one pass")
    precondition(plan.batchSize == 1, "a plan for batches of \(plan.batchSize) is none for one sample")
    let outcomes = outcomes(of: samples).outcomes
    let bench = DynamicBench(self, plan, samples, count: min(samples.shape[0], Self.timedSamples))
    let rounds = bench.rounds(passes)
    return DynamicProfile(
      weightCount: weightCount, weightsRead: outcomes.map(\.weightsRead).sorted(),
      exits: (0...exits.heads.count).map { stop in
        outcomes.count { ($0.exit ?? exits.heads.count) == stop }
      },
      dynamic: DynamicProfile.Times(mean: rounds.map(\.dynamic).median, calls: bench.calls(.dynamic)),
      whole: DynamicProfile.Times(mean: rounds.map(\.whole).median, calls: bench.calls(.whole)),
      speedup: rounds.map { $0.whole / $0.dynamic }.median)
  }
}

extension DynamicInference {
  private static var timedSamples: Int { 500 }
}

/// The two networks with samples and memory, to be timed.
private final class DynamicBench {
  enum Side { case dynamic, whole }

  private let plan: DynamicInference
  private let whole: InferencePlan
  private let samples: Tensor
  private let count: Int
  private var output: Tensor

  init(_ plan: DynamicInference, _ whole: InferencePlan, _ samples: Tensor, count: Int) {
    (self.plan, self.whole, self.samples, self.count) = (plan, whole, samples, count)
    output = Tensor(zeros: [plan.outputShape.reduce(1, *)])
  }

  /// The mean seconds of a sample in pairs of passes, after one to warm up; the order changes from pair to pair.
  func rounds(_ passes: Int) -> [(dynamic: Double, whole: Double)] {
    (0...passes).map { round in
      if round % 2 == 0 {
        let dynamic = pass(.dynamic)
        return (dynamic, pass(.whole))
      }
      let whole = pass(.whole)
      return (pass(.dynamic), whole)
    }.dropFirst().map { $0 }
  }

  private func pass(_ side: Side) -> Double {
    let start = ContinuousClock.now
    forEachSample { run(side, $0, $1) }
    return (ContinuousClock.now - start).seconds / Double(count)
  }

  /// The seconds of each call, ascending.
  func calls(_ side: Side) -> [Double] {
    var times: [Double] = []
    forEachSample { input, output in
      let start = ContinuousClock.now
      run(side, input, output)
      times.append((ContinuousClock.now - start).seconds)
    }
    return times.sorted()
  }

  private func run(
    _ side: Side, _ input: UnsafeBufferPointer<Float>, _ output: UnsafeMutableBufferPointer<Float>
  ) {
    switch side {
    case .dynamic: plan.predict(input, into: output)
    case .whole: whole.predict(input, into: output)
    }
  }

  private func forEachSample(
    _ body: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let features = plan.inputShape.reduce(1, *)
    samples.withUnsafeValues { samples in
      output.withUnsafeMutableValues { output in
        for sample in 0..<count {
          body(UnsafeBufferPointer(rebasing: samples[sample * features..<(sample + 1) * features]), output)
        }
      }
    }
  }
}

extension [Double] {
  /// The middle of the sorted values; traps without any.
  fileprivate var median: Double { sorted()[count / 2] }
}
