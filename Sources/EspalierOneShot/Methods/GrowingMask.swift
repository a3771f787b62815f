internal import EspalierTensors

/// A mask that is chosen again and again by magnitude while more and more is to go; what was pruned before never comes back.
struct GrowingMask {
  private let problem: ReconstructionProblem
  private let amount: LayerAmount
  /// For each element of W whether it may stay.
  private let mayStay: [Bool]
  /// Which elements of W may go.
  private let candidates: Mask

  init(_ problem: ReconstructionProblem, _ amount: LayerAmount) {
    self.problem = problem
    self.amount = amount
    mayStay = problem.aliveWithBias
    let width = problem.width
    candidates = Mask(
      mayStay.indices.map { [mayStay] in mayStay[$0] && $0 % width < problem.columns },
      shape: problem.weights.shape)
  }

  /// Chooses by |values|, [outputs, width], when a share of what is to go in the end is to go; exactly all of it at 1.
  func choose(_ kept: inout [Bool], from values: Tensor, share: Double, on compute: Compute) {
    kept = mayStay
    switch amount {
    case .count(let pruned):
      let gone = candidates.survivors - problem.keptCount(pruning: pruned)
      clearSmallest(Int((share * Double(gone)).rounded()), of: values, in: &kept)
    case .nOfM(let count, let group):
      keepLargest(
        group - Int((share * Double(group - count)).rounded()), of: group, values, &kept, on: compute)
    }
  }

  /// The smallest of the layer go.
  private func clearSmallest(_ count: Int, of values: Tensor, in kept: inout [Bool]) {
    var left = candidates
    var cut = MagnitudeSelection(smallest: count, of: [(values, candidates)])
    cut.clear(values, in: &left)
    candidates.withUnsafeWords { before in
      left.withUnsafeWords { after in
        for word in before.indices {
          var fallen = before[word] & ~after[word]
          while fallen != 0 {
            kept[word << 6 + fallen.trailingZeroBitCount] = false
            fallen &= fallen - 1
          }
        }
      }
    }
  }

  /// The largest of every group stay.
  private func keepLargest(
    _ count: Int, of group: Int, _ values: Tensor, _ kept: inout [Bool], on compute: Compute
  ) {
    let (columns, width, rows) = (problem.columns, problem.width, problem.rows)
    kept.withUnsafeMutableBufferPointer { kept in
      values.withUnsafeValues { values in
        guard let kept = kept.baseAddress, let values = values.baseAddress else { return }
        let work = GroupChoice(kept: kept, values: values)
        compute.perform(jobs: rows) { row in
          for first in stride(from: 0, to: columns, by: group) {
            work.run(row * width + first..<row * width + min(first + group, columns), keeping: count)
          }
        }
      }
    }
  }
}

/// The memory of a choice within groups; groups are independent of each other.
private struct GroupChoice: @unchecked Sendable {
  let kept: UnsafeMutablePointer<Bool>
  let values: UnsafePointer<Float>

  func run(_ group: Range<Int>, keeping count: Int) {
    kept.keepLargest(count, in: group) { abs(values[$0]) }
  }
}
