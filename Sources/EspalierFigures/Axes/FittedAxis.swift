/// An axis whose ends are settled.
package struct FittedAxis {
  /// A labelled value.
  package struct Tick {
    package let value: Double
    package let label: String
    /// Where along the axis, in 0…1.
    package let fraction: Double
  }

  package let axis: Axis
  /// The places of both ends; the upper one is larger.
  package let positions: ClosedRange<Double>
  private let tickCount: Int

  /// The axis over its own range, else over that of `values`.
  ///
  /// - Parameters:
  ///   - isRounded: whether the ends of a linear axis move outwards to the next ticks.
  ///   - tickCount: the most ticks of a linear axis.
  package init(_ axis: Axis, values: [Double], isRounded: Bool = false, tickCount: Int) {
    self.axis = axis
    self.tickCount = tickCount
    let ends = axis.range.map { [$0.lowerBound, $0.upperBound] } ?? values
    let extent = Self.extent(ends.map(axis.scale.position))
    let isWidened = isRounded && axis.range == nil && axis.scale.isEven
    positions = isWidened ? Self.rounded(extent, tickCount: tickCount) : extent
  }

  /// The range between the ticks around a range; a wider range may need wider steps, which may widen it further.
  private static func rounded(_ range: ClosedRange<Double>, tickCount: Int) -> ClosedRange<Double> {
    var (step, rounded) = (0.0, range)
    while true {
      let next = evenStep(span: rounded.upperBound - rounded.lowerBound, atMost: tickCount)
      guard next > step else { return rounded }
      step = next
      let lower = (range.lowerBound / step + 1e-9).rounded(.down) * step
      let upper = (range.upperBound / step - 1e-9).rounded(.up) * step
      rounded = min(lower, range.lowerBound)...max(upper, range.upperBound)
    }
  }

  /// The smallest range that holds all finite places; wider than nothing.
  private static func extent(_ places: [Double]) -> ClosedRange<Double> {
    let finite = places.filter { $0.isFinite && $0.magnitude < 1e300 }
    guard let low = finite.min(), let high = finite.max() else { return 0...1 }
    if low < high, high - low > 1e-12 * max(low.magnitude, high.magnitude) { return low...high }
    if low == 0 { return 0...1 }
    return low - 0.1 * low.magnitude...high + 0.1 * high.magnitude
  }

  /// Where a value lies, 0 and 1 being the ends; nil if it has no place on this scale.
  package func fraction(of value: Double) -> Double? {
    let position = axis.scale.position(value)
    guard position.isFinite else { return nil }
    return (position - positions.lowerBound) / (positions.upperBound - positions.lowerBound)
  }

  /// The candidates for ticks that lie on the axis, the most important first.
  package var ticks: [Tick] {
    var seen: Set<Double> = []
    var places: [(value: Double, fraction: Double)] = []
    for value in axis.scale.candidates(positions, tickCount) {
      guard let fraction = fraction(of: value), (-1e-6...1 + 1e-6).contains(fraction) else { continue }
      if seen.insert(value).inserted { places.append((value, min(max(fraction, 0), 1))) }
    }
    let labels = axis.labels.texts(of: places.map(\.value), even: axis.scale.isEven)
    return zip(places, labels).map { Tick(value: $0.value, label: $1, fraction: $0.fraction) }
  }

  /// The ticks whose labels keep apart: each lies, with `margin` around it, on a stretch of `length` by its `size`; where
  /// two would touch, the more important one stays.
  package func ticks(along length: Double, margin: Double, size: (String) -> Double) -> [Tick] {
    var kept: [(tick: Tick, reach: ClosedRange<Double>)] = []
    for tick in ticks {
      let half = size(tick.label) / 2 + margin / 2
      let reach = tick.fraction * length - half...tick.fraction * length + half
      if kept.allSatisfy({ !$0.reach.overlaps(reach) }) { kept.append((tick, reach)) }
    }
    return kept.map(\.tick)
  }
}
