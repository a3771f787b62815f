/// One network of a comparison: how well it answers the test set.
public struct ComparisonPoint: Sendable, Hashable, Codable {
  /// The way it was pruned.
  public let family: ComparisonFamily
  /// The seed.
  public let seed: UInt64
  /// The share of weights that was asked to be pruned.
  public let sparsity: Double
  /// Accuracy on the test set, in 0…1.
  public let accuracy: Double
  /// Mean loss on the test set.
  public let loss: Double
}

/// How far a comparison is.
public struct ComparisonProgress: Sendable {
  /// Epochs of training done, of all runs together.
  public let epochsDone: Int
  /// Epochs of training in all.
  public let epochs: Int
  /// Points done.
  public let pointsDone: Int
  /// Points in all.
  public let points: Int
  /// The point that was just done; nil after other steps.
  public let point: ComparisonPoint?
}
