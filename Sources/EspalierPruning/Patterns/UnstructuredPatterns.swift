public import EspalierTensors

/// Single weights, anywhere: unstructured pruning.
public struct SingleWeights: PruningPattern {
  /// What a weight is compared with.
  public enum Comparison: Sendable, Hashable {
    /// All weights of its parameter.
    case parameter
    /// The weights of its row, so that every row keeps the same number, within one: the comparison of Wanda.
    case row
  }

  /// What a weight is compared with.
  public let comparison: Comparison

  /// The pattern.
  public init(within comparison: Comparison = .parameter) { self.comparison = comparison }
  /// Nothing to pool.
  public var pooling: ScorePooling { .sum }
  /// The values.
  public func unitCount(in shape: [Int]) -> Int { shape.reduce(1, *) }
  /// Its own.
  public func unit(row: Int, column: Int, in shape: [Int]) -> Int? { nil }

  /// The best of the parameter, or of each row as many as the count allows: the rows take turns, and rows with too few
  /// survivors leave their share to the others.
  public func kept(of units: PruningUnits, count: Int) -> Mask {
    guard comparison == .row else { return units.largest(count) }
    let rows = units.runs(of: max(units.candidates.columns, 1))
    let shares = Apportionment(
      proportionalTo: rows.map { _ in 1 }, atMost: rows.map(\.alive.count), total: count)
    return units.mask(keeping: zip(rows, shares.counts).flatMap { $0.largest($1) })
  }
}

/// N:M sparsity along the inputs: of every M neighbours in a row at most N stay, those of the largest scores; the last group
/// of a row may be shorter, and keeps N as well.
///
/// Decides the amount itself: 2:4 keeps half of the weights.
///
/// Source: A. Mishra et al., "Accelerating sparse deep neural networks" (2021).
public struct NOfM: PruningPattern, Hashable {
  /// How many stay.
  public let kept: Int
  /// Out of how many neighbours.
  public let group: Int

  /// `kept` of every `group` neighbours; traps unless 0 < kept ≤ group.
  public init(_ kept: Int, of group: Int) {
    precondition(kept > 0 && kept <= group, "\(kept) of \(group) weights cannot stay")
    self.kept = kept
    self.group = group
  }

  /// Nothing to pool.
  public var pooling: ScorePooling { .sum }
  /// The values.
  public func unitCount(in shape: [Int]) -> Int { shape.reduce(1, *) }
  /// Its own.
  public func unit(row: Int, column: Int, in shape: [Int]) -> Int? { nil }
  /// N / M.
  public var fixedDensity: Double? { Double(kept) / Double(group) }
  /// The best N of each group; the count is not used.
  public func kept(of units: PruningUnits, count: Int) -> Mask {
    units.mask(keeping: units.runs(of: group).flatMap { $0.largest(kept) })
  }
}

/// Candidates next to each other in a row, with their scores.
private struct CandidateRun {
  let number: Int
  var alive: [(index: Int, score: Float)] = []

  /// The indices of the `count` largest scores; of equal ones the last, as everywhere the first falls first.
  func largest(_ count: Int) -> [Int] {
    alive.sorted {
      ($0.score.isNaN ? -.infinity : $0.score, $0.index) > ($1.score.isNaN ? -.infinity : $1.score, $1.index)
    }
    .prefix(count).map(\.index)
  }
}

extension PruningUnits {
  /// The candidates that survive, in runs of at most `length` neighbours that begin at multiples of it in each row; runs
  /// without survivors are left out.
  fileprivate func runs(of length: Int) -> [CandidateRun] {
    let width = max(candidates.columns, 1)
    let perRow = (width + length - 1) / length
    var runs: [CandidateRun] = []
    scores.withUnsafeValues { scores in
      for index in scores.indices where alive?[index] ?? true {
        let place = candidates.place(of: index)
        let number = place / width * perRow + place % width / length
        if runs.last?.number != number { runs.append(CandidateRun(number: number)) }
        runs[runs.count - 1].alive.append((index, scores[index]))
      }
    }
    return runs
  }

  fileprivate func mask(keeping indices: [Int]) -> Mask {
    var kept = Mask(ones: scores.shape)
    kept.withUnsafeMutableWords { words in
      words.update(repeating: 0)
      for index in indices { words[index >> 6] |= 1 << UInt64(index & 63) }
    }
    return kept
  }
}
