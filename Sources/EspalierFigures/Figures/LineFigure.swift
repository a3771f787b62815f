/// Several lines over one pair of axes, with error bands.
///
///     var figure = LineFigure(
///       title: "Accuracy and pruning",
///       x: Axis("weights pruned", scale: .sharePruned, labels: .percent),
///       y: Axis("accuracy on the test set", labels: .percent))
///     figure.series.append(
///       .init("iterative", points: shares.map { .init($0, samples: accuracies[$0]!) }))
///     figure.references.append(.init("dense", 0.894))
///     try AtomicFile.write(Array(figure.svg.utf8), to: "figure.svg")
///
/// Lines differ in colour (Okabe and Ito's palette), dashes and markers. Points that an axis has no place for, such as NaN
/// or a share pruned of 1 on `AxisScale.sharePruned`, are left out, and their line is broken there. What lies outside of a
/// range that was given is cut off at the frame.
public struct LineFigure: Figure {
  /// A measurement.
  public struct Point: Sendable, Hashable {
    /// Where it was measured.
    public var x: Double
    /// What was measured, or the mean of it.
    public var y: Double
    /// The band around it reaches from y − spread to y + spread; nil for none.
    public var spread: Double?

    /// A point.
    public init(_ x: Double, _ y: Double, spread: Double? = nil) {
      self.x = x
      self.y = y
      self.spread = spread
    }

    /// The mean of several measurements with their sample standard deviation √(Σ (y − mean)² / (n − 1)) as the spread; no
    /// spread for a single one, and no place for none.
    public init(_ x: Double, samples: some Collection<Double>) {
      let count = Double(samples.count)
      let mean = samples.reduce(0, +) / count
      let squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.init(x, mean, spread: samples.count > 1 ? (squares / (count - 1)).squareRoot() : nil)
    }
  }

  /// One line.
  public struct Series: Sendable {
    /// What the legend calls it.
    public var name: String
    /// The points, in the order in which the line joins them.
    public var points: [Point]
    /// Which of the styles it has; nil for that of its position among the series. To keep one colour for one thing over
    /// several figures.
    public var style: Int?

    /// A line through points.
    public init(_ name: String, points: [Point], style: Int? = nil) {
      self.name = name
      self.points = points
      self.style = style
    }
  }

  /// A dotted line across the figure at one height.
  public struct Reference: Sendable {
    /// What the legend calls it.
    public var name: String
    /// The height.
    public var y: Double

    /// A line at height `y`.
    public init(_ name: String, _ y: Double) {
      self.name = name
      self.y = y
    }
  }

  /// What the figure shows.
  public var title: String
  /// From left to right.
  public var x: Axis
  /// From bottom to top.
  public var y: Axis
  /// The lines.
  public var series: [Series]
  /// Dotted lines to compare with.
  public var references: [Reference]
  /// Values of x at which a thin vertical line stands, such as where one phase ends and another begins.
  public var divisions: [Double]
  /// Whether points have markers; nil for: where a line has at most 40.
  public var hasMarkers: Bool?
  /// The figure's width.
  public var width: Double
  /// The figure's height.
  public var height: Double

  /// A figure, by default without lines, 760 × 460.
  public init(
    title: String, x: Axis, y: Axis, series: [Series] = [], references: [Reference] = [],
    divisions: [Double] = [], hasMarkers: Bool? = nil, width: Double = 760, height: Double = 460
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.references = references
    self.divisions = divisions
    self.hasMarkers = hasMarkers
    self.width = width
    self.height = height
  }
}
