public import EspalierTensors

/// Optimal brain surgeon, exact for every row, in order of saliency ("ExactOBS"): the weights of a row go one after another, the
/// one whose loss the others can make up for best first; over the rows, those that cost the least go.
///
/// The survivors are then those of a least-squares fit to the layer's outputs. Each row takes Σ m² operations over the m
/// weights left, 2/3 · width³ for all: for layers of up to some thousand inputs; rows are shared out among threads. For one
/// weight at a time and a whole layer it is Hassibi and Stork's rule; rows do not interact, so nothing is lost by taking each
/// for itself.
///
/// Sources: B. Hassibi and D. G. Stork (NIPS 1992); E. Frantar, S. P. Singh and D. Alistarh, "Optimal brain compression: a
/// framework for accurate post-training quantization and pruning" (NeurIPS 2022).
public struct OptimalBrainSurgeon: LayerPruningMethod {
  /// The method.
  public init() {}

  /// Inverts H. The orders of removal are found when an amount first asks for them.
  public func prepare(
    _ problem: ReconstructionProblem, on compute: Compute
  ) throws(FactorisationError) -> any PreparedLayer {
    let moments = try DampedMoments(problem, on: compute)
    let inverse = moments.inverse(on: compute).values
    let orders = Self.orders(problem, inverse, on: compute)
    return SurgeonLayer(problem: problem, moments: moments, inverse: inverse, orders: orders)
  }

  /// For every row all removals, and what each costs.
  private static func orders(
    _ problem: ReconstructionProblem, _ inverse: [Float], on compute: Compute
  ) -> [RemovalOrder] {
    forEachRow(of: problem, on: compute) { row, single in
      var elimination = RowElimination(problem, row: row, inverse: inverse, on: single)
      var order = RemovalOrder()
      for column in problem.columnsGone(in: row) { order.append(column, cost: 0) }
      while let (column, cost) = elimination.removeCheapest() { order.append(column, cost: cost) }
      return order
    }
  }
}

/// The columns of a row in the order in which they go, with what each costs.
struct RemovalOrder: Sendable {
  private(set) var columns: [Int32] = []
  private(set) var costs: [Float] = []

  mutating func append(_ column: Int, cost: Float) {
    columns.append(Int32(column))
    costs.append(cost)
  }
}

private struct SurgeonLayer: PreparedLayer {
  let problem: ReconstructionProblem
  let moments: DampedMoments
  let inverse: [Float]
  let orders: [RemovalOrder]

  func solution(_ amount: LayerAmount, on compute: Compute) throws(FactorisationError) -> LayerSolution {
    let kept: Mask
    switch amount {
    case .count(let count): kept = cheapest(problem.count - problem.keptCount(pruning: count))
    case .nOfM(let count, let group): kept = groups(count, of: group, on: compute)
    }
    return try LeastSquaresRefit(moments: moments).solution(problem, kept: kept, on: compute)
  }

  /// What stays when as many weights as asked for have gone: always the row whose next removal costs the least; of equal ones
  /// the first.
  private func cheapest(_ count: Int) -> Mask {
    var taken = [Int](repeating: 0, count: orders.count)
    var next = Heap(orders.indices.filter { !orders[$0].costs.isEmpty }.map { (orders[$0].costs[0], $0) })
    for _ in 0..<count {
      guard let row = next.first?.row else { break }
      taken[row] += 1
      let rest = orders[row].costs
      next.replaceFirst(by: taken[row] < rest.count ? (rest[taken[row]], row) : nil)
    }
    var kept = Mask(ones: [problem.rows, problem.columns])
    for (row, order) in orders.enumerated() {
      for column in order.columns.prefix(taken[row]) { kept[row * problem.columns + Int(column)] = false }
    }
    return kept
  }

  /// What stays when a group takes part in the removals of its row until it has as many weights left as it keeps.
  private func groups(_ count: Int, of group: Int, on compute: Compute) -> Mask {
    let columns = problem.columns
    let rows = forEachRow(of: problem, on: compute) { row, single in
      var kept = [Bool](repeating: true, count: columns)
      var elimination = RowElimination(problem, row: row, inverse: inverse, on: single)
      for column in problem.columnsGone(in: row) { kept[column] = false }
      func settle(_ first: Int) {
        let members = first..<min(first + group, columns)
        guard members.count(where: { kept[$0] }) <= count else { return }
        for column in members where kept[column] { elimination.keep(column: column) }
      }
      for first in stride(from: 0, to: columns, by: group) { settle(first) }
      while let (column, _) = elimination.removeCheapest() {
        kept[column] = false
        settle(column / group * group)
      }
      return kept
    }
    return Mask(rows.flatMap(\.self), shape: [problem.rows, columns])
  }
}

extension RowElimination {
  /// A row of a problem, without what was pruned before.
  fileprivate init(_ problem: ReconstructionProblem, row: Int, inverse: [Float], on compute: Compute) {
    let width = problem.width
    self.init(
      weights: problem.weights.withUnsafeValues { Array($0[row * width..<(row + 1) * width]) },
      inverse: inverse,
      prunable: problem.columns, on: compute)
    for column in problem.columnsGone(in: row) { remove(column: column) }
  }
}

extension ReconstructionProblem {
  /// The columns of a row that were pruned before.
  fileprivate func columnsGone(in row: Int) -> [Int] {
    guard let alive else { return [] }
    return (0..<columns).filter { !alive[row * columns + $0] }
  }
}

/// A binary heap of rows by the cost of their next removal, the cheapest and of equal ones the first on top.
private struct Heap {
  private var items: [(cost: Float, row: Int)]

  init(_ items: [(Float, Int)]) {
    self.items = items.map { (cost: $0.0, row: $0.1) }.sorted { ($0.cost, $0.row) < ($1.cost, $1.row) }
  }

  var first: (cost: Float, row: Int)? { items.first }

  mutating func replaceFirst(by item: (Float, Int)?) {
    let last = item ?? items.removeLast()
    guard !items.isEmpty else { return }
    items[0] = last
    var index = 0
    while true {
      let children = [2 * index + 1, 2 * index + 2].filter { $0 < items.count }
      guard let least = children.min(by: { isBefore($0, $1) }), isBefore(least, index) else { return }
      items.swapAt(least, index)
      index = least
    }
  }

  private func isBefore(_ a: Int, _ b: Int) -> Bool {
    (items[a].cost, items[a].row) < (items[b].cost, items[b].row)
  }
}
