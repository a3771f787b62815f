/// What a suggestion reaches, beside two plain ways to as many weights.
public struct SuggestionComparison: Sendable, Hashable, Codable {
  /// How well a network answers.
  public struct Quality: Sendable, Hashable, Codable {
    /// The accuracy, in 0…1.
    public let accuracy: Double
    /// The mean loss.
    public let loss: Double
  }

  /// Pruned as suggested.
  public let suggested: Quality
  /// Every parameter of the suggestion pruned to the same sparsity.
  public let uniform: Quality
  /// One threshold for all those parameters together.
  public let global: Quality
}
