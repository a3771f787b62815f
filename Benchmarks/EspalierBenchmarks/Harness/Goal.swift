/// What a comparison is to reach.
struct Goal {
  /// What is held against the bound. Ratios are those of pairs, the median of the rounds: the two sides of a pair ran
  /// within the same moment, so a busy machine moves them least.
  enum Quantity {
    /// The rival's time over the contender's.
    case timesAsFast
    /// The contender's time over the rival's.
    case timeRatio
    /// The contender's rate over the measured peak of the machine.
    case shareOfPeak
    /// The contender's median time.
    case milliseconds
    /// What was counted rather than timed, in its unit.
    case count
  }

  enum Bound {
    case atLeast(Double)
    case atMost(Double)
  }

  let quantity: Quantity
  let bound: Bound

  static func timesAsFast(atLeast bound: Double) -> Goal {
    Goal(quantity: .timesAsFast, bound: .atLeast(bound))
  }
  static func timeRatio(atMost bound: Double) -> Goal { Goal(quantity: .timeRatio, bound: .atMost(bound)) }
  static func shareOfPeak(atLeast bound: Double) -> Goal {
    Goal(quantity: .shareOfPeak, bound: .atLeast(bound))
  }
  static func milliseconds(atMost bound: Double) -> Goal {
    Goal(quantity: .milliseconds, bound: .atMost(bound))
  }

  static func count(atLeast bound: Double) -> Goal { Goal(quantity: .count, bound: .atLeast(bound)) }
  static func count(atMost bound: Double) -> Goal { Goal(quantity: .count, bound: .atMost(bound)) }

  /// Holds a comparison against the bound; nil when it lacks the quantity.
  func outcome(of comparison: Comparison) -> GoalOutcome? {
    let found: Double? =
      switch quantity {
      case .timesAsFast: comparison.medianOfRatios
      case .timeRatio: comparison.medianOfRatios.map { 1 / $0 }
      case .shareOfPeak: comparison.contender.shareOfPeak
      case .milliseconds: comparison.contender.seconds.median * 1000
      case .count: nil
      }
    return found.map {
      GoalOutcome(
        suite: comparison.suite, name: comparison.name, contender: comparison.contender.name,
        rival: comparison.rival?.name, asked: "\(bound.words) \(text(bound.value))", reached: text($0),
        isMet: bound.admits($0))
    }
  }

  /// Holds something counted against the bound.
  func outcome(of fact: Fact) -> GoalOutcome {
    GoalOutcome(
      suite: fact.suite, name: fact.name, contender: "espalier", rival: nil,
      asked: "\(bound.words) \(text(bound.value, fact.unit))", reached: text(fact.value, fact.unit),
      isMet: bound.admits(fact.value))
  }

  private func text(_ value: Double, _ unit: String = "") -> String {
    switch quantity {
    case .timesAsFast: "\(value.formatted(decimals: 2))x as fast"
    case .timeRatio: "\(value.formatted(decimals: 2))x the time"
    case .shareOfPeak: "\((100 * value).formatted(decimals: 1)) % of peak"
    case .milliseconds: "\(value.formatted(decimals: 1)) ms"
    case .count: "\(value.formatted(decimals: 2)) \(unit)"
    }
  }
}

extension Goal.Bound {
  fileprivate var words: String {
    if case .atLeast = self { "at least" } else { "at most" }
  }

  fileprivate var value: Double {
    switch self {
    case .atLeast(let value), .atMost(let value): value
    }
  }

  fileprivate func admits(_ found: Double) -> Bool {
    switch self {
    case .atLeast(let value): found >= value
    case .atMost(let value): found <= value
    }
  }
}

/// What was asked and what was reached.
struct GoalOutcome: Encodable {
  let suite: String
  let name: String
  let contender: String
  let rival: String?
  let asked: String
  let reached: String
  let isMet: Bool
}
