/// A network that a search has tried.
public struct SearchPoint: Sendable, Hashable, Codable {
  /// For each layer the number of its variant.
  public let choice: [Int]
  /// The share of held-out samples that were answered rightly or, without labels, as the network did before; 0…1.
  public let accuracy: Double
  /// The mean cross entropy on them or, without labels, the mean Kullback–Leibler divergence from the outputs before; infinite
  /// where it is no number.
  public let loss: Double
  /// What it costs.
  public let cost: Double
}

extension SearchPoint {
  /// The quality alone decides between networks that are cheap enough, the cost between others; equal ones in a fixed order.
  func isBetter(than other: SearchPoint, at limit: Double) -> Bool {
    let (own, others) = (max(cost, limit), max(other.cost, limit))
    if own != others { return own < others }
    if accuracy != other.accuracy { return accuracy > other.accuracy }
    if loss != other.loss { return loss < other.loss }
    if cost != other.cost { return cost < other.cost }
    return choice.lexicographicallyPrecedes(other.choice)
  }

  /// Those than which none is both as accurate and as cheap, and in one of them better: the Pareto front, from the cheapest to
  /// the most accurate. Costs n · log n.
  static func front(of points: [SearchPoint]) -> [SearchPoint] {
    let ascending = points.sorted {
      ($0.cost, -$0.accuracy, $0.loss) < ($1.cost, -$1.accuracy, $1.loss)
    }
    var front: [SearchPoint] = []
    for point in ascending where front.last.map({ point.accuracy > $0.accuracy }) ?? true {
      front.append(point)
    }
    return front
  }
}
