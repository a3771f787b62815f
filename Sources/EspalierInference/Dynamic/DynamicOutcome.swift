/// What one sample took.
public struct DynamicOutcome: Sendable, Hashable {
  /// The head that answered, in the order in which a sample meets them; nil where the whole network did.
  public let exit: Int?
  /// The weights that were read, those of heads included, counted by multiply-adds: a linear layer's once, those that a
  /// convolution has left once for every pixel of its output.
  public let weightsRead: Int
}
