/// What one sample took.
public struct DynamicOutcome: Sendable, Hashable {
  /// The head that answered, in the order in which a sample meets them; nil where the whole network did.
  public let exit: Int?
  /// The weights that were read, those of heads included. For one sample each takes part in one multiply-add.
  public let weightsRead: Int
}
