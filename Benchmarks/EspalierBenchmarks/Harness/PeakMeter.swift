import Espalier

/// Measures the machine's peak: fused multiply-adds in registers, in bursts short enough to fit into every round.
///
/// Measured beside each round, because the clock of a shared or warm processor changes from second to second; the best
/// burst counts, since interruptions only make one slower.
struct PeakMeter {
  private let compute: Compute
  private let iterations: Int

  /// Chooses the length of a burst, about half a millisecond.
  init(_ compute: Compute) {
    self.compute = compute
    var iterations = 1000
    while Self.burst(compute, iterations).seconds < 0.0005, iterations < 1 << 40 { iterations *= 2 }
    self.iterations = iterations
  }

  /// The peak now, in floating-point operations a second: the best of three bursts.
  func measure() -> Double {
    (0..<3).map { _ in
      let burst = Self.burst(compute, iterations)
      return burst.operations / burst.seconds
    }.max()!
  }

  private static func burst(_ compute: Compute, _ iterations: Int) -> (operations: Double, seconds: Double) {
    let clock = Stopwatch()
    let operations = compute.multiplyAddChains(iterations: iterations)
    return (operations, clock.seconds)
  }
}
