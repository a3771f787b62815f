#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The smallest of 1, 2, 2.5, 5 times a power of ten that cuts `span` into at most `count` steps.
package func evenStep(span: Double, atMost count: Int) -> Double {
  let least = span / Double(max(count, 1))
  let power = pow(10, log10(least).rounded(.down))
  // A hair of tolerance, lest rounding makes a span of ten steps one of nine.
  return [1, 2, 2.5, 5].map { $0 * power }.first { $0 >= least * (1 - 1e-9) } ?? 10 * power
}

/// The multiples of `evenStep` within a range, ascending.
package func evenTicks(in range: ClosedRange<Double>, atMost count: Int) -> [Double] {
  let span = range.upperBound - range.lowerBound
  guard span > 0, span.isFinite else { return [range.lowerBound] }
  let step = evenStep(span: span, atMost: count)
  let first = (range.lowerBound / step - 1e-9).rounded(.up)
  let last = (range.upperBound / step + 1e-9).rounded(.down)
  return stride(from: first, through: max(last, first), by: 1).map { $0 == 0 ? 0 : $0 * step }
}
