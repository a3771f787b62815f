/// How far a network is to shrink.
public enum StructuredTarget: Sendable, Hashable {
  /// This share of the units is to go: of each group, or of all groups together under a global ranking; counted before
  /// rounding to multiples.
  case channels(Double)
  /// No more than this is to remain of a cost, and as little as possible to go for it.
  case atMost(Limit, Cost)

  /// What is to be limited.
  public enum Cost: String, Sendable, Hashable, Codable, CaseIterable {
    /// Multiplications of surviving weights by activations, one sample.
    case multiplyAccumulates = "multiply-accumulates"
    /// Surviving values of all parameters.
    case parameters
    /// The measured time of a prediction.
    case latency
  }

  /// How much may remain.
  public enum Limit: Sendable, Hashable {
    /// A share of what the network costs now, in 0…1.
    case share(Double)
    /// A count, or seconds.
    case amount(Double)
  }

  func requireValid() {
    switch self {
    case .channels(let share):
      precondition((0...1).contains(share), "a share of channels lies in 0…1, not \(share)")
    case .atMost(.share(let share), _):
      precondition((0...1).contains(share), "a share that remains lies in 0…1, not \(share)")
    case .atMost(.amount(let amount), let cost):
      precondition(
        amount >= 0 && amount.isFinite, "at most \(amount) of \(cost.rawValue): a finite number of at least 0"
      )
    }
  }
}

/// A target beyond what can be removed.
public struct UnreachableTarget: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was asked for.
  public let expected: String
  /// The least that can be reached, and what holds it.
  public let found: String

  /// Made of both.
  package init(expected: String, found: String) { (self.expected, self.found) = (expected, found) }

  /// One line.
  public var description: String { "expected \(expected), found \(found)" }
}
