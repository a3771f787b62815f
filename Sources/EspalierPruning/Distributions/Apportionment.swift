/// Whole numbers in proportion to weights, none above its limit, that add up exactly.
///
/// What the limits take from one is shared out among the others in proportion; fractions are rounded by the method of the
/// largest remainder (Hamilton), the first of equal remainders first. When the limits add up to less than the total, the
/// counts are the limits.
package struct Apportionment: Sendable, Hashable {
  /// One number a weight.
  package private(set) var counts: [Int]

  /// Shares out `total`; traps when a weight is negative or there are not as many limits as weights.
  package init(proportionalTo weights: [Double], atMost limits: [Int], total: Int) {
    precondition(weights.count == limits.count, "\(weights.count) weights, but \(limits.count) limits")
    precondition(weights.allSatisfy { $0 >= 0 }, "a share is in proportion to weights of at least 0")
    counts = limits
    guard total < limits.reduce(0, +) else { return }
    var open = Array(weights.indices)
    var left = max(total, 0)
    while true {
      let sum = open.reduce(0) { $0 + weights[$1] }
      let full = open.filter { sum <= 0 || weights[$0] * Double(left) / sum >= Double(limits[$0]) }
      guard sum > 0, !full.isEmpty else { break }
      left -= full.reduce(0) { $0 + limits[$1] }
      open.removeAll(where: full.contains)
    }
    share(left, among: open, weights, limits)
  }

  private mutating func share(_ total: Int, among open: [Int], _ weights: [Double], _ limits: [Int]) {
    let sum = open.reduce(0) { $0 + weights[$1] }
    let ideal = open.map { sum > 0 ? weights[$0] * Double(total) / sum : 0 }
    for (position, index) in open.enumerated() { counts[index] = Int(ideal[position]) }
    var missing = total - open.reduce(0) { $0 + counts[$1] }
    let order = open.indices.sorted {
      (ideal[$1] - ideal[$1].rounded(.down), $0) < (ideal[$0] - ideal[$0].rounded(.down), $1)
    }
    while missing > 0, let position = order.first(where: { counts[open[$0]] < limits[open[$0]] }) {
      for candidate in order[order.firstIndex(of: position)!...]
      where missing > 0 && counts[open[candidate]] < limits[open[candidate]] {
        counts[open[candidate]] += 1
        missing -= 1
      }
    }
  }
}
