/// The steps of a training at which something is updated: t₀, t₀ + Δt, t₀ + 2Δt, … up to an end.
///
/// Counted in steps of the optimizer since the trainer's first; `begin` and `end` are epochs, so that a schedule fits data
/// sets of every size.
public struct UpdateSchedule: ValidatedSettings, Sendable, Hashable, Codable {
  /// The time of the first update, in epochs.
  public let begin: Double
  /// The time after which there is none, in epochs; nil for three quarters of the training, so that the last quarter can
  /// recover. A training in several calls of `train` needs a number: it does not know of the calls to come.
  public let end: Double?
  /// Δt: steps from one update to the next.
  public let interval: Int

  /// The schedule; traps unless 0 ≤ begin ≤ end and the interval is positive.
  public init(from begin: Double = 0, to end: Double? = nil, every interval: Int = 100) {
    self.begin = begin
    self.end = end
    self.interval = interval
    requireValid()
  }

  /// Times that are negative or in the wrong order, or an interval that is not positive.
  public var problem: String? {
    negative("begin", begin)
      ?? end.flatMap { $0 >= begin ? nil : "end: expected at least \(begin), found \($0)" }
      ?? (interval > 0 ? nil : "interval: expected a positive number of steps, found \(interval)")
  }

  /// t₀.
  func firstStep(_ moment: TrainingMoment) -> Int { moment.step(at: begin) }

  /// The last step at which an update may be.
  func lastStep(_ moment: TrainingMoment) -> Int { moment.step(at: end ?? 0.75 * moment.end) }

  /// Whether an update is due after the steps done at a moment.
  func isDue(_ moment: TrainingMoment) -> Bool {
    let elapsed = moment.stepsDone - firstStep(moment)
    return elapsed >= 0 && elapsed % interval == 0 && moment.stepsDone <= lastStep(moment)
  }

  /// The elapsed share of the updates, in 0…1, where one is due: k / n at update k of 0…n; 1 where there is only one.
  func share(_ moment: TrainingMoment) -> Double {
    let updates = (lastStep(moment) - firstStep(moment)) / interval
    return updates == 0 ? 1 : Double((moment.stepsDone - firstStep(moment)) / interval) / Double(updates)
  }
}
