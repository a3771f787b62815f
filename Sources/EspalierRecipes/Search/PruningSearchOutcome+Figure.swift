public import EspalierFigures

extension PruningSearchOutcome {
  /// Accuracy against cost: the front, the chosen network as a point of its own, and the limit as a vertical line, unless the
  /// network as it was costs less.
  public func figure(title: String) -> LineFigure {
    let least = dense.accuracy - max(0.1, 2 * (dense.accuracy - chosen.accuracy))
    let visible = front.filter { $0.accuracy >= least } + [chosen, dense]
    // A limit far above all costs would leave no room to tell these apart.
    let limits = limit <= dense.cost ? [shown(limit)] : []
    let costs = (visible.map { shown($0.cost) } + limits).sorted()
    let (margin, spread) = (0.03 * (costs.last! - costs[0]), (visible.map(\.accuracy).max() ?? 1) - least)
    return LineFigure(
      title: title,
      x: Axis(target.cost.axisTitle, range: costs[0] - margin...costs.last! + max(margin, 1e-9)),
      y: Axis(
        "accuracy on held-out samples", labels: .percent,
        range: max(least, 0)...min(1, dense.accuracy + max(0.1 * spread, 0.001))),
      series: [
        LineFigure.Series("Pareto front", points: front.map(point)),
        LineFigure.Series("chosen, pruned layer after layer", points: [point(chosen)]),
      ], references: [LineFigure.Reference("before", dense.accuracy)], divisions: limits,
      hasMarkers: true)
  }

  private func point(_ point: SearchPoint) -> LineFigure.Point {
    LineFigure.Point(shown(point.cost), point.accuracy)
  }

  /// A cost in the unit of the axis.
  private func shown(_ cost: Double) -> Double { target.cost == .latency ? 1e6 * cost : cost }
}

extension SearchCost {
  fileprivate var axisTitle: String {
    switch self {
    case .weights: "weights left"
    case .multiplyAccumulates: "multiplications left"
    case .fileBytes: "bytes of the file"
    case .latency: "time of a prediction in µs"
    }
  }
}
