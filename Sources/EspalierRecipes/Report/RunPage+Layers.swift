internal import EspalierFigures
internal import EspalierNetworks
internal import EspalierPruning
internal import EspalierTensors

extension RunPage {
  /// What is left of each layer, as bars and as a table.
  func addSurvivors(_ survivors: LayerSurvivors, to page: inout HTMLPage) {
    page.heading("What is left of each layer")
    let bars = survivors.rows.filter { $0.role == .weight }.map { row in
      BarFigure.Bar(
        row.path.node, row.share ?? 0, label: "\(percentage(row.share ?? 0)) of \(row.total)")
    }
    page.figures([
      BarFigure(
        title: "Weights that are left", axis: Axis("share of weights left", labels: .percent, range: 0...1),
        bars: bars, width: 600)
    ])
    let rows = survivors.rows.map { row in
      [
        row.path.description, row.shapes, "\(row.total)", "\(row.nonzero)", row.share.map(percentage) ?? "–",
      ]
    }
    page.table(header: ["parameter", "shape", "values", "left", "share left"], rows: rows)
  }

  /// The most layers that are drawn one by one.
  private static let mostLayers = 12

  /// Histograms of each layer's weights at the beginning and the end.
  func addWeights(to page: inout HTMLPage) {
    let figures = last.network.parameters.filter { $0.parameter.role == .weight }.prefix(Self.mostLayers)
      .compactMap { histogram($0.path, $0.parameter) }
    guard !figures.isEmpty else { return }
    page.heading("Weights")
    page.figures(
      figures,
      caption: "Weights that are zero are left out. The scale of counts is logarithmic, so that few are seen "
        + "beside many.")
  }

  private func histogram(_ path: ParameterPath, _ parameter: Parameter) -> HistogramFigure? {
    let before = first.network[path]
    let reach = max(parameter.largestMagnitude, before?.largestMagnitude ?? 0)
    guard reach > 0, reach.isFinite else { return nil }
    func series(_ name: String, _ parameter: Parameter) -> HistogramFigure.Series {
      var histogram = Histogram(range: -Double(reach)...Double(reach), binCount: 81)
      parameter.withUnsafeStoredValues { histogram.add($0, countsZeros: false) }
      return HistogramFigure.Series(name, histogram)
    }
    var list = [series(last.name, parameter)]
    if let before, stages.count > 1 { list.insert(series(first.name, before), at: 0) }
    return HistogramFigure(title: path.description, x: Axis("weight"), series: list)
  }

  /// Pictures of how many connections each input has left, where inputs are images.
  func addInputs(to page: inout HTMLPage) {
    guard let (path, parameter) = last.network.inputWeights, let grids = imageGrids(of: parameter) else {
      return
    }
    let maximum = grids.joined().max()
    let pictures = grids.enumerated().map { channel, counts in
      MaskPicture(
        title: grids.count > 1 ? "channel \(channel + 1)" : path.description, label: "weights left",
        columns: sampleShape.last!, counts: counts, maximum: maximum)
    }
    page.heading("Where the network looks")
    page.figures(
      pictures,
      caption: "How many of the \(parameter.shape[0]) weights of \(path) from each input are left, "
        + "at the input's place in the image.")
  }

  /// The counts of the inputs, one grid a channel; nil where samples are no images.
  private func imageGrids(of parameter: Parameter) -> [[Int]]? {
    let channels = sampleShape.count == 3 ? sampleShape[0] : 1
    guard sampleShape.count == 2 || sampleShape.count == 3, (1...4).contains(channels),
      sampleShape.suffix(2).allSatisfy({ $0 > 1 }), parameter.shape[1] == sampleShape.reduce(1, *)
    else { return nil }
    let counts = parameter.columnSurvivors
    let size = counts.count / channels
    return (0..<channels).map { Array(counts[$0 * size..<($0 + 1) * size]) }
  }
}

extension Parameter {
  /// The largest |w|; 0 when there is none, infinite or NaN values apart.
  fileprivate var largestMagnitude: Float {
    withUnsafeStoredValues { values in
      values.reduce(0) { largest, value in value.isFinite ? max(largest, value.magnitude) : largest }
    }
  }
}

extension Network {
  /// The weights that multiply the network's input, if a linear layer is the first to do anything with it.
  fileprivate var inputWeights: (path: ParameterPath, parameter: Parameter)? {
    var untouched: Set<Source> = [.input]
    for (index, node) in nodes.enumerated()
    where node.sources.count == 1 && untouched.contains(node.sources[0]) {
      if node.layer.isPassThrough(training: false) { untouched.insert(.node(index)) }
      if let weight = node.layer.linear?.weight {
        return (ParameterPath(node: node.name, name: "weight"), weight)
      }
    }
    return nil
  }
}
