public import EspalierTensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Which weights go together: how the weights of a parameter fall into units, of which each lives or goes as a whole.
///
/// One of the four independent choices of a `Pruner`. A pattern of one's own is a few lines:
///
///     struct Diagonals: PruningPattern {
///       let pooling = ScorePooling.sum
///       func unitCount(in shape: [Int]) -> Int { shape[0] + shape[1] - 1 }
///       func unit(row: Int, column: Int, in shape: [Int]) -> Int? { row + shape[1] - 1 - column }
///     }
public protocol PruningPattern: Sendable {
  /// How the scores of a unit's weights become the unit's.
  var pooling: ScorePooling { get }

  /// The number of units of a parameter; the number of its values where each weight is a unit of its own.
  func unitCount(in shape: [Int]) -> Int

  /// The unit of the weight at a row and column, where columns run over all dimensions but the first; nil if each weight is a
  /// unit of its own.
  func unit(row: Int, column: Int, in shape: [Int]) -> Int?

  /// The share of units that the pattern itself keeps, whatever amount is wished; nil where the amount decides.
  var fixedDensity: Double? { get }

  /// The `count` units that stay, out of those alive; by default those of the largest scores, ties lost in the order of the
  /// indices.
  func kept(of units: PruningUnits, count: Int) -> Mask
}

extension PruningPattern {
  /// The amount decides.
  public var fixedDensity: Double? { nil }
  /// The largest scores.
  public func kept(of units: PruningUnits, count: Int) -> Mask { units.largest(count) }
}

/// How the scores of a unit's weights become the unit's score; pruned weights have no say.
public enum ScorePooling: Sendable, Hashable {
  /// Σ s.
  case sum
  /// The mean of the weights that survive.
  case mean
  /// The largest.
  case maximum
  /// (Σ |s|ᵖ)^(1/p): with magnitudes as scores the Lp norm of the weights.
  case norm(Double)
}

/// The units of one parameter with their scores.
public struct PruningUnits: Sendable {
  /// The parameter's weights.
  public let candidates: PruningCandidates
  /// The scores; the weights themselves, either sign, where their magnitudes are the scores: no copy is made of them.
  let stored: Tensor
  /// Whether the magnitudes of what is stored are the scores.
  let areMagnitudes: Bool
  /// Which units have survivors; nil for all.
  public let alive: Mask?
  /// The unit of each candidate; nil where each is its own.
  let unitOfCandidate: [Int32]?

  /// Single weights with their magnitudes as scores.
  init(magnitudesOf candidates: PruningCandidates) {
    self.candidates = candidates
    (stored, areMagnitudes, alive, unitOfCandidate) = (candidates.values, true, candidates.alive, nil)
  }

  /// Pools the scores of the candidates.
  package init(_ candidates: PruningCandidates, scores: Tensor, pattern: some PruningPattern) {
    self.candidates = candidates
    areMagnitudes = false
    guard candidates.count > 0, pattern.unit(row: 0, column: 0, in: candidates.shape) != nil else {
      (stored, alive, unitOfCandidate) = (scores, candidates.alive, nil)
      return
    }
    let width = max(candidates.columns, 1)
    let numbers = (0..<candidates.count).map { index in
      let place = candidates.place(of: index)
      return pattern.unit(row: place / width, column: place % width, in: candidates.shape)!
    }
    let units = Self.packed(numbers, outOf: pattern.unitCount(in: candidates.shape))
    let pooled = pattern.pooling.pool(
      scores, alive: candidates.alive, units: units.ofCandidate, count: units.count)
    stored = Tensor(pooled.scores, shape: [pooled.scores.count])
    alive = Mask(pooled.counts.map { $0 > 0 }, shape: [pooled.counts.count])
    unitOfCandidate = units.ofCandidate
  }

  /// The units' numbers; where most units have no candidate, as in a large packed parameter, counted anew without those.
  private static func packed(_ numbers: [Int], outOf count: Int) -> (ofCandidate: [Int32], count: Int) {
    guard count > 4 * numbers.count + 1024 else { return (numbers.map(Int32.init), count) }
    let known = Set(numbers).sorted()
    let position = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, Int32($0)) })
    return (numbers.map { position[$0]! }, known.count)
  }

  /// One score a unit; a unit each candidate where the weights stand alone.
  public var scores: Tensor {
    guard areMagnitudes else { return stored }
    return Tensor(stored.values.map(abs), shape: stored.shape)
  }

  /// The number of units with survivors.
  public var survivors: Int { alive?.survivors ?? stored.count }

  /// The `count` units with the largest scores; traps when there are fewer.
  public func largest(_ count: Int) -> Mask {
    var cut = UnitCut(smallest: survivors - count, of: [self])
    return cut.kept(of: self)
  }

  /// The units whose score is at least a threshold.
  func atLeast(_ threshold: Float) -> Mask {
    var kept = alive ?? Mask(ones: stored.shape)
    if areMagnitudes {
      stored.clearSmallMagnitudes(below: threshold, in: &kept)
      return kept
    }
    kept.withUnsafeMutableWords { words in
      stored.withUnsafeValues { values in
        for index in values.indices where !(values[index] >= threshold) {
          words[index >> 6] &= ~(1 << UInt64(index & 63))
        }
      }
    }
    return kept
  }

  /// The largest score of the units that `kept` leaves out; nil when there are none.
  func largestScore(without kept: Mask) -> Float? {
    guard kept.survivors < survivors else { return nil }
    var gone = alive ?? Mask(ones: stored.shape)
    gone.withUnsafeMutableWords { words in
      kept.withUnsafeWords { kept in
        for index in words.indices { words[index] &= ~kept[index] }
      }
    }
    return stored.withUnsafeValues { values in
      gone.withUnsafeWords { words in
        var largest = -Float.infinity
        for index in values.indices where words[index >> 6] >> UInt64(index & 63) & 1 == 1 {
          largest = Float.maximum(largest, areMagnitudes ? abs(values[index]) : values[index])
        }
        // Nothing but NaNs: they count as 0.
        return largest == -.infinity ? 0 : largest
      }
    }
  }

  /// The candidates whose units are kept.
  func candidates(of kept: Mask) -> Mask {
    guard let unitOfCandidate else { return kept }
    return Mask(
      unitOfCandidate.indices.map { (candidates.alive?[$0] ?? true) && kept[Int(unitOfCandidate[$0])] },
      shape: candidates.values.shape)
  }
}

extension ScorePooling {
  /// The pooled score of each of `count` units and its number of candidates; candidates of a negative unit have no say.
  func pool(
    _ scores: Tensor, alive: Mask?, units: [Int32], count: Int
  ) -> (scores: [Float], counts: [Int]) {
    var sums = [Double](repeating: self == .maximum ? -.infinity : 0, count: count)
    var counts = [Int](repeating: 0, count: count)
    scores.withUnsafeValues { scores in
      for index in scores.indices where units[index] >= 0 && alive?[index] ?? true {
        let unit = Int(units[index])
        counts[unit] += 1
        add(Double(scores[index]), to: &sums[unit])
      }
    }
    return (zip(sums, counts).map { Float(finish($0, $1)) }, counts)
  }

  private func add(_ score: Double, to sum: inout Double) {
    switch self {
    case .sum, .mean: sum += score
    case .maximum: sum = max(sum, score)
    case .norm(1): sum += abs(score)
    case .norm(2): sum += score * score
    case .norm(let power): sum += power == .infinity ? 0 : pow(abs(score), power)
    }
    if case .norm(.infinity) = self { sum = max(sum, abs(score)) }
  }

  private func finish(_ sum: Double, _ count: Int) -> Double {
    switch self {
    case .sum, .maximum, .norm(1), .norm(.infinity): sum
    case .mean: sum / Double(max(count, 1))
    case .norm(2): sum.squareRoot()
    case .norm(let power): pow(sum, 1 / power)
    }
  }
}
