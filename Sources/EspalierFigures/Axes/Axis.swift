/// One direction of a figure: what it shows, how values become places, and how they are written.
public struct Axis: Sendable {
  /// What the values are, with their unit; shown beside the axis.
  public var title: String
  /// How values become places.
  public var scale: AxisScale
  /// How values are written.
  public var labels: AxisLabels
  /// The values at both ends; nil for those of the data, on a linear vertical axis rounded outwards to ticks.
  public var range: ClosedRange<Double>?

  /// An axis.
  public init(
    _ title: String, scale: AxisScale = .linear, labels: AxisLabels = .number,
    range: ClosedRange<Double>? = nil
  ) {
    self.title = title
    self.scale = scale
    self.labels = labels
    self.range = range
  }
}
