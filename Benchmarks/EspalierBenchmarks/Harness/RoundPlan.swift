/// How often a comparison is repeated.
struct RoundPlan {
  /// Rounds that count; each runs both sides.
  let rounds: Int
  /// Repetitions of a side go on at least this long in a round.
  let leastSeconds: Double
  /// The most rounds that a comparison with slow sides gets within its time, but never fewer than `fewestRounds`.
  let mostSeconds: Double

  /// Fewer rounds do not count as a measurement.
  static let fewestRounds = 10

  static let thorough = RoundPlan(rounds: 21, leastSeconds: 0.01, mostSeconds: 10)
  static let quick = RoundPlan(rounds: fewestRounds, leastSeconds: 0.002, mostSeconds: 0)

  /// The rounds for a pair of sides that takes `seconds` a round.
  func rounds(ofSeconds seconds: Double) -> Int {
    max(Self.fewestRounds, min(rounds, Int(mostSeconds / max(seconds, 1e-9))))
  }

  /// The repetitions of a side that takes `seconds` for one.
  func repetitions(ofSeconds seconds: Double) -> Int {
    max(1, Int((leastSeconds / max(seconds, 1e-9)).rounded(.up)))
  }
}
