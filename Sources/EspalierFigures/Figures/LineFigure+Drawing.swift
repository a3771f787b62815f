extension LineFigure {
  /// Axes, bands, lines, markers, and a legend where there is more than one line.
  public func svgElement(standalone: Bool) -> String {
    let names = (series.map(\.name) + references.map(\.name)).joined(separator: ", ")
    return figureElement(
      title: title, description: "\(y.title.isEmpty ? title : y.title) against \(x.title): \(names)",
      width: width,
      standalone: standalone
    ) { canvas, top in
      let legendEnd = Legend.draw(legend, on: &canvas, top: top + 2, width: width)
      let plot = Plot(x: fittedX, y: fittedY, top: legendEnd, width: width, height: height)
      plot.drawAxes(on: &canvas)
      canvas.clipped(to: plot.frame) { canvas in
        drawMarks(in: plot, on: &canvas)
        for (index, line) in series.enumerated() { drawBand(of: line, index, in: plot, on: &canvas) }
        for (index, line) in series.enumerated() { drawLine(of: line, index, in: plot, on: &canvas) }
      }
      for (index, line) in series.enumerated() { drawMarkers(of: line, index, in: plot, on: &canvas) }
      return height
    }
  }

  private var fittedX: FittedAxis {
    FittedAxis(x, values: series.flatMap { $0.points.map(\.x) }, tickCount: 8)
  }

  /// Shares stay within 0…1, whatever the bands or rounding would ask for.
  private var fittedY: FittedAxis {
    let means = series.flatMap { $0.points.map(\.y) } + references.map(\.y)
    let ends = series.flatMap { $0.points.flatMap { [$0.y - ($0.spread ?? 0), $0.y + ($0.spread ?? 0)] } }
    let areShares = y.labels.areShares && means.allSatisfy { !$0.isFinite || (0...1).contains($0) }
    let values = (means + ends).map { areShares ? min(max($0, 0), 1) : $0 }
    return FittedAxis(y, values: values, isRounded: true, tickCount: 8)
  }

  private func style(_ index: Int) -> SeriesStyle { SeriesStyle(series[index].style ?? index) }

  private func showsMarkers(_ line: Series) -> Bool { hasMarkers ?? (line.points.count <= 40) }

  private var legend: [Legend.Entry] {
    guard series.count + references.count > 1 else { return [] }
    let lines = series.indices.map { index in
      Legend.Entry(name: series[index].name) { canvas, left, right, middle in
        let style = style(index)
        canvas.group(class: style.colorClass) { canvas in
          canvas.path(class: "line", polyline([(left, middle), (right, middle)]), dashes: style.dashes)
          if showsMarkers(series[index]) {
            canvas.path(class: "marker", style.marker(x: (left + right) / 2, y: middle))
          }
        }
      }
    }
    return lines
      + references.map { reference in
        Legend.Entry(name: reference.name) { canvas, left, right, middle in
          canvas.line(class: "reference", left, middle, right, middle)
        }
      }
  }

  private func drawMarks(in plot: Plot, on canvas: inout Canvas) {
    for division in divisions.compactMap({ plot.left(of: $0) }) {
      canvas.line(class: "axis", division, plot.frame.top, division, plot.frame.bottom)
    }
    for place in references.compactMap({ plot.top(of: $0.y) }) {
      canvas.line(class: "reference", plot.frame.left, place, plot.frame.right, place)
    }
  }

  /// The stretches of a line between points without a place.
  private func stretches<Place>(_ line: Series, _ place: (Point) -> Place?) -> [[Place]] {
    line.points.map(place).split(omittingEmptySubsequences: true) { $0 == nil }.map { $0.map { $0! } }
  }

  private func drawBand(of line: Series, _ index: Int, in plot: Plot, on canvas: inout Canvas) {
    let bands = stretches(line) { point -> (x: Double, low: Double, high: Double)? in
      guard let spread = point.spread, let left = plot.left(of: point.x),
        let low = plot.top(of: point.y - spread), let high = plot.top(of: point.y + spread)
      else { return nil }
      return (left, low, high)
    }
    for band in bands where band.count > 1 {
      let outline = band.map { ($0.x, $0.high) } + band.reversed().map { ($0.x, $0.low) }
      canvas.path(class: "band \(style(index).colorClass)", polyline(outline) + "Z")
    }
  }

  private func drawLine(of line: Series, _ index: Int, in plot: Plot, on canvas: inout Canvas) {
    let style = style(index)
    let parts = stretches(line) { point -> (x: Double, y: Double)? in
      guard let left = plot.left(of: point.x), let top = plot.top(of: point.y) else { return nil }
      return (left, top)
    }
    for part in parts {
      canvas.path(class: "line \(style.colorClass)", polyline(part), dashes: style.dashes)
    }
  }

  /// Every marker says its numbers where a pointer rests on it.
  private func drawMarkers(of line: Series, _ index: Int, in plot: Plot, on canvas: inout Canvas) {
    let isAlone = line.points.count == 1
    guard showsMarkers(line) || isAlone else { return }
    let style = style(index)
    canvas.group(class: style.colorClass) { canvas in
      for point in line.points {
        guard let left = plot.left(of: point.x), let top = plot.top(of: point.y), plot.contains((left, top))
        else { continue }
        canvas.path(class: "marker", style.marker(x: left, y: top), tip: tip(of: point, on: line))
      }
    }
  }

  private func tip(of point: Point, on line: Series) -> String {
    let spread = point.spread.map { " ± \(y.labels.text(of: $0))" } ?? ""
    return "\(line.name): \(y.labels.text(of: point.y))\(spread) at \(x.labels.text(of: point.x))"
  }
}
