/// A rise from 0 to 1 over a part of a training: of the strength of a regulariser, or of a sparsity.
///
/// 0 before `begin`, 1 from `end` on. Between them, with x the elapsed share of the rise: 1 for `constant`, so that a warm-up
/// without anything is a constant that begins late; x for `linear`; 1 − (1 − x)³ for `cubic`, which rises fast at first.
public struct Ramp: ValidatedSettings, Sendable, Hashable, Codable {
  /// How the rise goes.
  public enum Shape: String, Sendable, Codable, CaseIterable {
    /// At once.
    case constant
    /// In proportion to time.
    case linear
    /// 1 − (1 − x)³.
    case cubic

    /// The height after the share `x` in 0…1 of the rise.
    public func height(after x: Double) -> Double {
      switch self {
      case .constant: 1
      case .linear: x
      case .cubic: 1 - (1 - x) * (1 - x) * (1 - x)
      }
    }
  }

  /// How the rise goes.
  public let shape: Shape
  /// When it begins, in epochs.
  public let begin: Double
  /// When it has reached 1, in epochs; nil for the end of the training.
  public let end: Double?

  /// The ramp, by default 1 from the start; traps unless 0 ≤ begin ≤ end.
  public init(_ shape: Shape = .constant, from begin: Double = 0, to end: Double? = nil) {
    self.shape = shape
    self.begin = begin
    self.end = end
    requireValid()
  }

  /// Times that are negative or in the wrong order.
  public var problem: String? {
    negative("begin", begin)
      ?? end.flatMap { $0 >= begin ? nil : "end: expected at least \(begin), found \($0)" }
  }

  /// The height at a time of a training that ends at `trainingEnd`, both in epochs.
  public func height(at time: Double, of trainingEnd: Double) -> Double {
    guard time >= begin else { return 0 }
    let end = end ?? trainingEnd
    return time >= end ? 1 : shape.height(after: (time - begin) / (end - begin))
  }
}
