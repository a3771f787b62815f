#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How sparse a network should be at each moment of the time over which it is pruned.
///
/// One of the four independent choices: the others say which weights go, this one how many by when.
public protocol SparsitySchedule: Sendable {
  /// The sparsity at `time` in 0…1, on the way from `initial` to `final`.
  func sparsity(at time: Double, from initial: Double, to final: Double) -> Double
}

/// All at once, at a moment of the time: `initial` before, `final` from then on.
public struct OneShotSparsity: SparsitySchedule, Hashable {
  /// When, in 0…1.
  public let moment: Double
  /// The schedule; by default at once.
  public init(at moment: Double = 0) { self.moment = moment }
  /// A step.
  public func sparsity(at time: Double, from initial: Double, to final: Double) -> Double {
    time < moment ? initial : final
  }
}

/// `final` all the time: of networks that are born sparse and stay so.
public struct ConstantSparsity: SparsitySchedule, Hashable {
  /// The schedule.
  public init() {}
  /// `final`.
  public func sparsity(at time: Double, from initial: Double, to final: Double) -> Double { final }
}

/// In rounds of equal length, each keeping the same share of what is left: after round r of n the density is
/// d_i · (d_f / d_i)^(r / n). Time 0 lies in the first round.
///
/// Source: J. Frankle and M. Carbin, "The lottery ticket hypothesis" (ICLR 2019), who keep p^(1/n) each round.
public struct IterativeSparsity: SparsitySchedule, Hashable {
  /// n.
  public let rounds: Int
  /// The schedule; traps without rounds.
  public init(rounds: Int) {
    precondition(rounds > 0, "pruning takes at least one round, not \(rounds)")
    self.rounds = rounds
  }
  /// A staircase.
  public func sparsity(at time: Double, from initial: Double, to final: Double) -> Double {
    let round = min(Int(max(time, 0) * Double(rounds)) + 1, rounds)
    return sparsity(after: round, from: initial, to: final)
  }
  /// The sparsity after a round, from 1.
  public func sparsity(after round: Int, from initial: Double, to final: Double) -> Double {
    guard round < rounds else { return final }
    return ExponentialSparsity().sparsity(at: Double(round) / Double(rounds), from: initial, to: final)
  }
}

/// s = s_f + (s_i − s_f) · (1 − t)³: fast while there is much to take, slowly at the end.
///
/// Source: M. Zhu and S. Gupta, "To prune, or not to prune: exploring the efficacy of pruning for model compression" (2017).
public struct CubicSparsity: SparsitySchedule, Hashable {
  /// The schedule.
  public init() {}
  /// The cubic, flat outside 0…1.
  public func sparsity(at time: Double, from initial: Double, to final: Double) -> Double {
    guard time > 0 else { return initial }
    let left = 1 - min(time, 1)
    return final + (initial - final) * left * left * left
  }
}

/// s = s_i + (s_f − s_i) · t: the same amount in equal times.
public struct LinearSparsity: SparsitySchedule, Hashable {
  /// The schedule.
  public init() {}
  /// A straight line, flat outside 0…1.
  public func sparsity(at time: Double, from initial: Double, to final: Double) -> Double {
    let time = min(max(time, 0), 1)
    return time * final + (1 - time) * initial
  }
}

/// The density falls by the same factor in equal times: d = d_i · (d_f / d_i)^t.
public struct ExponentialSparsity: SparsitySchedule, Hashable {
  /// The schedule.
  public init() {}
  /// The exponential, flat outside 0…1; with a final density of 0 all goes at once after time 0.
  public func sparsity(at time: Double, from initial: Double, to final: Double) -> Double {
    let time = min(max(time, 0), 1)
    guard time > 0, initial < 1, initial != final else { return initial }
    guard time < 1 else { return final }
    let sparsity = 1 - (1 - initial) * pow((1 - final) / (1 - initial), time)
    return min(max(sparsity, min(initial, final)), max(initial, final))
  }
}

/// AC/DC: compressed and decompressed phases take turns, a decompressed one first and a compressed one last.
///
/// The time falls into as many equal cycles; in each, the first share is decompressed (`initial`), the rest compressed
/// (`final`).
///
/// Source: A. Peste et al., "AC/DC: alternating compressed/decompressed training of deep neural networks" (NeurIPS 2021).
public struct CyclicSparsity: SparsitySchedule, Hashable {
  /// The number of cycles.
  public let cycles: Int
  /// The share of each that is decompressed.
  public let decompressedShare: Double
  /// The schedule; traps without cycles and unless the share lies in 0…1.
  public init(cycles: Int, decompressedShare: Double = 0.5) {
    precondition(cycles > 0, "AC/DC takes at least one cycle, not \(cycles)")
    precondition((0...1).contains(decompressedShare), "a share lies in 0…1, not \(decompressedShare)")
    (self.cycles, self.decompressedShare) = (cycles, decompressedShare)
  }
  /// `initial` or `final`.
  public func sparsity(at time: Double, from initial: Double, to final: Double) -> Double {
    guard time < 1 else { return final }
    let position = max(time, 0) * Double(cycles)
    return position - position.rounded(.down) < decompressedShare ? initial : final
  }
}
