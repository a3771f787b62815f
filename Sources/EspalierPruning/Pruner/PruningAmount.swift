/// How much goes. Units are single weights, or the pieces of the pattern; those of all selected parameters count, pruned ones
/// included. Counts are rounded to the nearest whole number, halves to the even one.
public enum PruningAmount: Sendable, Hashable {
  /// The share of units that is pruned afterwards: ⌊sparsity · units⌉.
  case sparsity(Double)
  /// The share that goes of the units that survive so far: ⌊fraction · survivors⌉.
  case fraction(Double)
  /// Units that go, besides those pruned before.
  case count(Int)
  /// units / survivors afterwards: 20 keeps 5 %.
  case compression(Double)
  /// Units with a score below this go, in every layer.
  case threshold(Float)
  /// Units with a score below this multiple of the standard deviation of their parameter's values go; the classic rule with
  /// `MagnitudeCriterion`.
  case standardDeviations(Double)
  /// What the pattern (N:M) or the distribution (per layer) fixes itself.
  case given

  /// How many units stay in all; nil where scores decide or the amount is given. Traps when the amount is out of range.
  func kept(of units: Int, alive: Int) -> Int? {
    switch self {
    case .sparsity(let sparsity):
      precondition((0...1).contains(sparsity), "a sparsity lies in 0…1, not \(sparsity)")
      return min(alive, units - Int((sparsity * Double(units)).rounded(.toNearestOrEven)))
    case .fraction(let fraction):
      precondition((0...1).contains(fraction), "a fraction lies in 0…1, not \(fraction)")
      return alive - Int((fraction * Double(alive)).rounded(.toNearestOrEven))
    case .count(let count):
      precondition(count >= 0 && count <= alive, "\(count) of \(alive) units cannot go")
      return alive - count
    case .compression(let rate):
      precondition(rate >= 1, "a compression rate is at least 1, not \(rate)")
      return min(alive, Int((Double(units) / rate).rounded(.toNearestOrEven)))
    case .threshold, .standardDeviations, .given: return nil
    }
  }
}
