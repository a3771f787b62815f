#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How values become places along an axis: a growing function, and the values that deserve a tick.
///
/// A value whose place is not a finite number has none: it is left out, and a line is broken there.
public struct AxisScale: Sendable {
  /// The place of a value, in any unit.
  let position: @Sendable (Double) -> Double
  /// Candidates for ticks between two places, the most important first; about `count` of them where there is a choice.
  let candidates: @Sendable (_ positions: ClosedRange<Double>, _ count: Int) -> [Double]
  /// Whether equal steps are equally long: then places are values, and ticks are evenly spaced.
  let isEven: Bool

  private init(
    isEven: Bool, position: @escaping @Sendable (Double) -> Double,
    candidates: @escaping @Sendable (ClosedRange<Double>, Int) -> [Double]
  ) {
    self.isEven = isEven
    self.position = position
    self.candidates = candidates
  }

  /// A scale of the caller's own.
  ///
  /// - Parameters:
  ///   - ticks: the values that may be labelled, the most important first; those outside the axis and those whose labels
  ///     would touch one that is more important are left out.
  ///   - position: must grow with the value.
  public init(ticks: [Double], position: @escaping @Sendable (Double) -> Double) {
    self.init(isEven: false, position: position) { _, _ in ticks }
  }

  /// The place is the value.
  public static let linear = AxisScale(isEven: true, position: { $0 }, candidates: evenTicks)

  /// As `linear`, with ticks at whole numbers only.
  public static let wholeNumbers = AxisScale(isEven: true, position: { $0 }) { positions, count in
    let span = min(positions.upperBound - positions.lowerBound, Double(count))
    return evenTicks(in: positions, atMost: max(Int(span), 1)).filter { $0 == $0.rounded() }
  }

  /// The place is log₁₀ of the value, which must be above 0.
  public static let logarithmic = AxisScale(isEven: false, position: { $0 > 0 ? log10($0) : .nan }) {
    positions, _ in decadeTicks(positions)
  }

  /// Counts, 0 among them: the place is log₁₀(1 + value).
  public static let counts = AxisScale(isEven: false, position: { $0 >= 0 ? log10(1 + $0) : .nan }) {
    positions, _ in [0] + decadeTicks(0...max(positions.upperBound, 1))
  }

  /// Shares of weights pruned, stretched towards 1: the place is −log₁₀(1 − value), the logarithm of the compression, so
  /// that from 90 % to 99 % is as far as from 0 to 90 %. A share of 1, nothing left, has no place.
  public static let sharePruned = AxisScale(
    isEven: false, position: { $0 < 1 ? -log10(1 - $0) : .nan }
  ) { positions, _ in
    let nines = (1...max(1, min(Int(positions.upperBound.rounded(.up)), 9))).map { tenth($0) }
    return [0] + nines.map { 1 - $0 } + nines.map { 1 - 5 * $0 } + nines.map { 1 - 2 * $0 } + [0.7, 0.25]
  }
}

private func tenth(_ power: Int) -> Double { pow(10, -Double(power)) }

/// Powers of ten; where there are few, also twice and five times those, then the rest.
private func decadeTicks(_ positions: ClosedRange<Double>) -> [Double] {
  let first = positions.lowerBound.rounded(.down)
  let decades = stride(from: first, through: min(positions.upperBound, first + 60), by: 1).map { pow(10, $0) }
  let factors: [Double] = positions.upperBound - positions.lowerBound > 3 ? [1] : [1, 2, 5, 3, 7]
  return factors.flatMap { factor in decades.map { factor * $0 } }
}
