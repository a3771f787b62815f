internal import EspalierTensors

/// How many weights go of each block of columns: in proportion to what is left there, exactly as many as asked for in all.
struct BlockQuota {
  /// The weights left in the columns before each.
  private let leftBefore: [Int]
  /// How many of them all go.
  private let going: Int

  /// Nil where a pattern decides.
  init?(_ problem: ReconstructionProblem, _ amount: LayerAmount) {
    guard case .count(let count) = amount else { return nil }
    var left = [Int](repeating: problem.rows, count: problem.columns)
    if let alive = problem.alive {
      left = [Int](repeating: 0, count: problem.columns)
      for index in 0..<problem.count where alive[index] { left[index % problem.columns] += 1 }
    }
    leftBefore = left.reduce(into: [0]) { $0.append($0.last! + $1) }
    going = leftBefore.last! - problem.keptCount(pruning: count)
  }

  /// How many go of some columns.
  func going(in columns: Range<Int>) -> Int { before(columns.upperBound) - before(columns.lowerBound) }

  /// The rounded share of all columns before one; a column of n weights adds at most n, for halves are rounded up always.
  private func before(_ column: Int) -> Int {
    let all = leftBefore.last!
    return all == 0 ? 0 : (2 * going * leftBefore[column] + all) / (2 * all)
  }
}
