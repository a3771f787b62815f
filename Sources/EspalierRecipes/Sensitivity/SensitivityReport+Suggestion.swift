extension SensitivityReport {
  /// What a suggestion keeps small.
  public enum Cost: String, Sendable, Codable, CaseIterable {
    /// The loss that is added.
    case loss
    /// The accuracy that is lost.
    case accuracy
  }

  /// The sparsities that a suggestion can have: from that of the network as it was to every layer at its highest level.
  public var reachableSparsities: ClosedRange<Double> {
    let curves = layers.map { CostCurve($0, of: self, .loss) }
    let total = Double(max(weights, 1))
    let least = curves.reduce(0) { $0 + $1.vertices.first!.pruned }
    let most = curves.reduce(0) { $0 + $1.vertices.last!.pruned }
    return Double(least) / total...Double(most) / total
  }

  /// The amounts of the layers that prune exactly ⌊sparsity · weights⌉ weights in all at the least summed cost.
  ///
  /// A layer's cost as a function of its pruned weights is taken to be the lower convex hull of its measurements: between
  /// two levels costs are interpolated, and a level worse than that is never chosen. The segments of all hulls are then
  /// taken in the order of their cost a weight until the total is met, the last one in part. For convex functions that
  /// is the exact minimum, without a search; all layers but one end at a level that was measured. That the costs of layers
  /// add up is an assumption: pruned together they cost more than their sum, all the more the more is pruned.
  ///
  /// Traps outside `reachableSparsities`. Costs O(n log n) for n measurements.
  public func suggestion(sparsity: Double, minimizing cost: Cost = .loss) -> SparsitySuggestion {
    let curves = layers.map { CostCurve($0, of: self, cost) }
    var amounts = curves.map { $0.vertices.first!.pruned }
    let wanted = Int((sparsity * Double(weights)).rounded())
    var missing = wanted - amounts.reduce(0, +)
    let room = curves.reduce(0) { $0 + $1.vertices.last!.pruned - $1.vertices.first!.pruned }
    precondition(
      (0...room).contains(missing),
      "a sparsity of \(sparsity) is out of reach: the levels measured allow \(reachableSparsities)")
    var predicted = 0.0
    let segments = curves.enumerated().flatMap { index, curve in curve.segments.map { (layer: index, $0) } }
    // Stable, so that ties go to the earlier layer and segments of a hull stay in order.
    let cheapestFirst = segments.enumerated().sorted { left, right in
      let (a, b) = (left.element.1.slope, right.element.1.slope)
      return a == b ? left.offset < right.offset : a < b
    }
    for (layer, segment) in cheapestFirst.map(\.element) where missing > 0 {
      let taken = min(segment.count, missing)
      amounts[layer] += taken
      missing -= taken
      predicted += segment.slope * Double(taken)
    }
    let chosen = zip(layers, amounts).map { layer, pruned in
      SparsitySuggestion.Layer(node: layer.node, name: layer.name, weights: layer.weights, pruned: pruned)
    }
    return SparsitySuggestion(layers: chosen, predictedCost: predicted)
  }
}

/// A layer's cost by its pruned weights: the lower convex hull of what was measured.
private struct CostCurve {
  struct Vertex {
    let pruned: Int
    let cost: Double
  }

  /// A stretch along which every weight costs the same.
  struct Segment {
    let count: Int
    let slope: Double
  }

  /// From the amount that was gone before to the highest level; at least one.
  private(set) var vertices: [Vertex] = []

  init(_ layer: SensitivityReport.Layer, of report: SensitivityReport, _ cost: SensitivityReport.Cost) {
    vertices = [Vertex(pruned: layer.pruned, cost: 0)]
    for point in layer.points where point.pruned > vertices.last!.pruned {
      let cost =
        switch cost {
        case .loss: point.loss - report.loss
        case .accuracy: report.accuracy - point.accuracy
        }
      append(Vertex(pruned: point.pruned, cost: cost))
    }
  }

  var segments: [Segment] {
    zip(vertices, vertices.dropFirst()).map { start, end in
      Segment(count: end.pruned - start.pruned, slope: Self.slope(start, end))
    }
  }

  /// Drops the vertices above the new stretch (A. Andrew's monotone chain, 1979).
  private mutating func append(_ vertex: Vertex) {
    while vertices.count > 1,
      Self.slope(vertices[vertices.count - 2], vertices[vertices.count - 1])
        >= Self.slope(vertices[vertices.count - 1], vertex)
    {
      vertices.removeLast()
    }
    vertices.append(vertex)
  }

  private static func slope(_ start: Vertex, _ end: Vertex) -> Double {
    (end.cost - start.cost) / Double(end.pruned - start.pruned)
  }
}
