/// Histograms laid over each other, such as a layer's weights before and after pruning.
public struct HistogramFigure: Figure {
  /// One histogram with its name.
  public struct Series: Sendable {
    /// What the legend calls it.
    public var name: String
    /// The counts.
    public var histogram: Histogram

    /// A histogram with a name.
    public init(_ name: String, _ histogram: Histogram) {
      self.name = name
      self.histogram = histogram
    }
  }

  /// What the figure shows.
  public var title: String
  /// The values.
  public var x: Axis
  /// The counts.
  public var y: Axis
  /// The histograms, the one at the back first.
  public var series: [Series]
  /// The figure's width.
  public var width: Double
  /// The figure's height.
  public var height: Double

  /// A figure; counts are by default on a logarithmic scale, without which few survivors would not be seen beside many
  /// weights.
  public init(
    title: String, x: Axis, y: Axis = Axis("weights in a bin", scale: .counts), series: [Series],
    width: Double = 460, height: Double = 320
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.width = width
    self.height = height
  }

  /// Axes, one stepped area a histogram, and a legend where there is more than one.
  public func svgElement(standalone: Bool) -> String {
    let names = series.map(\.name).joined(separator: ", ")
    return figureElement(
      title: title, description: "histogram of \(x.title): \(names)", width: width, standalone: standalone
    ) { canvas, top in
      let legendEnd = Legend.draw(legend, on: &canvas, top: top + 2, width: width)
      let plot = Plot(x: fittedX, y: fittedY, top: legendEnd, width: width, height: height)
      plot.drawAxes(on: &canvas)
      canvas.clipped(to: plot.frame) { canvas in
        for (index, series) in series.enumerated() {
          canvas.path(class: "area \(color(index))", outline(of: series.histogram, in: plot))
        }
      }
      return height
    }
  }

  private func color(_ index: Int) -> String { SeriesStyle(index).colorClass }

  private var fittedX: FittedAxis {
    let ends = series.flatMap { [$0.histogram.range.lowerBound, $0.histogram.range.upperBound] }
    return FittedAxis(x, values: ends, tickCount: 6)
  }

  private var fittedY: FittedAxis {
    let counts = series.flatMap { $0.histogram.counts.map(Double.init) }
    return FittedAxis(y, values: [0] + counts, isRounded: true, tickCount: 6)
  }

  private var legend: [Legend.Entry] {
    guard series.count > 1 else { return [] }
    return series.indices.map { index in
      Legend.Entry(name: series[index].name) { canvas, left, right, middle in
        let box = Frame(left: left + 8, top: middle - 6, width: right - left - 8, height: 12)
        canvas.rectangle(class: "area \(color(index))", box)
      }
    }
  }

  /// The steps of a histogram over its floor; bins without values lie on the floor.
  private func outline(of histogram: Histogram, in plot: Plot) -> String {
    let floor = plot.frame.bottom
    var points: [(x: Double, y: Double)] = []
    for (bin, count) in histogram.counts.enumerated() {
      let lower = histogram.range.lowerBound + Double(bin) * histogram.binWidth
      let top = count == 0 ? floor : plot.top(of: Double(count)) ?? floor
      for edge in [lower, lower + histogram.binWidth] {
        if let left = plot.left(of: edge) { points.append((left, top)) }
      }
    }
    guard let first = points.first, let last = points.last else { return "" }
    return polyline([(first.x, floor)] + points + [(last.x, floor)]) + "Z"
  }
}
