/// How a sparsity rises from update to update: the schedules that can be written down by name.
public enum SparsityShape: String, Sendable, Codable, CaseIterable {
  /// Fast while there is much to take, slowly at the end (`CubicSparsity`).
  case cubic
  /// The density falls by the same factor each time (`ExponentialSparsity`).
  case exponential
  /// The same amount each time (`LinearSparsity`).
  case linear
  /// All of it from the first update on (`ConstantSparsity`).
  case constant

  /// The schedule.
  public var schedule: any SparsitySchedule {
    switch self {
    case .cubic: CubicSparsity()
    case .exponential: ExponentialSparsity()
    case .linear: LinearSparsity()
    case .constant: ConstantSparsity()
    }
  }
}
