#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How the learning rate changes over a training: a factor on the optimizer's own rate.
///
/// Time is counted in epochs and has fractions; the trainer asks before every step, so at step i of epoch e of n steps
/// the time is e + i / n.
public protocol LearningRateSchedule: Sendable {
  /// The factor at `time` ≥ 0 in a training of `epochs` epochs.
  func factor(at time: Double, of epochs: Double) -> Double
}

/// The same rate all the time.
public struct ConstantSchedule: LearningRateSchedule, Hashable {
  /// The schedule.
  public init() {}
  /// 1
  public func factor(at time: Double, of epochs: Double) -> Double { 1 }
}

/// `decay` to the power of ⌊time / `every`⌋.
public struct StepSchedule: LearningRateSchedule, Hashable {
  /// Epochs between two reductions.
  public let every: Double
  /// The factor of one reduction.
  public let decay: Double

  /// The schedule; traps unless `every` is positive.
  public init(every: Double, decay: Double = 0.1) {
    precondition(every > 0, "a step schedule needs a positive number of epochs, not \(every)")
    self.every = every
    self.decay = decay
  }

  /// decay^⌊time / every⌋
  public func factor(at time: Double, of epochs: Double) -> Double {
    pow(decay, (time / every).rounded(.down))
  }
}

/// `decay` to the power of the time, continuously.
public struct ExponentialSchedule: LearningRateSchedule, Hashable {
  /// The factor of one epoch.
  public let decay: Double

  /// The schedule.
  public init(decay: Double) { self.decay = decay }

  /// The schedule that comes down to `factor` after `epochs` epochs.
  public init(reaching factor: Double, after epochs: Double) { decay = pow(factor, 1 / epochs) }

  /// decay^time
  public func factor(at time: Double, of epochs: Double) -> Double { pow(decay, time) }
}

/// Half a cosine from 1 to `floor` over the training: floor + (1 − floor)(1 + cos(π · time / epochs)) / 2.
///
/// Source: I. Loshchilov and F. Hutter, "SGDR" (ICLR 2017), without restarts.
public struct CosineSchedule: LearningRateSchedule, Hashable {
  /// The factor at the end.
  public let floor: Double

  /// The schedule.
  public init(floor: Double = 0) { self.floor = floor }

  /// The cosine; the floor after the end.
  public func factor(at time: Double, of epochs: Double) -> Double {
    guard epochs > 0 else { return 1 }
    return floor + (1 - floor) * (1 + cos(.pi * min(time / epochs, 1))) / 2
  }
}

/// Rises linearly from `start` to 1 over the first `epochs`, then runs another schedule over what is left.
///
/// Source: P. Goyal et al., "Accurate, large minibatch SGD" (2017).
public struct WarmUpSchedule: LearningRateSchedule {
  /// The length of the rise.
  public let epochs: Double
  /// The factor at time 0.
  public let start: Double
  /// What follows; its time 0 is the end of the rise.
  public let following: any LearningRateSchedule

  /// The schedule; traps when the rise has a negative length.
  public init(epochs: Double, start: Double = 0.01, then following: any LearningRateSchedule) {
    precondition(epochs >= 0, "a warm-up cannot last \(epochs) epochs")
    self.epochs = epochs
    self.start = start
    self.following = following
  }

  /// start + (1 − start) · time / epochs, then the following schedule.
  public func factor(at time: Double, of total: Double) -> Double {
    if time < epochs { return start + (1 - start) * time / epochs }
    return following.factor(at: time - epochs, of: max(total - epochs, 0))
  }
}
