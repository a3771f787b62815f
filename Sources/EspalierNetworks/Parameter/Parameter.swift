public import EspalierTensors

/// Something a network learns: values, what part they play, and, once pruned, the mask of the survivors.
///
/// The invariant that everything else relies on: **a value outside the mask is exactly +0.0**. Setting values keeps it,
/// and so does every optimizer of the library; forward passes therefore never multiply by a mask.
public struct Parameter: Sendable {
  /// What a parameter does in its layer; pruning and weight decay tell them apart.
  public enum Role: String, Sendable, Codable {
    /// Multiplies activations; pruned by default.
    case weight
    /// Is added to activations; exempt from pruning by default.
    case bias
  }

  /// What the parameter does in its layer.
  public let role: Role
  /// Which values survive; nil until the parameter is first pruned.
  public private(set) var mask: Mask?
  private var storage: Tensor

  /// A parameter with the given values and no mask.
  public init(_ values: Tensor, role: Role) {
    storage = values
    self.role = role
  }

  /// The shape of the values.
  public var shape: [Int] { storage.shape }
  /// The number of values, pruned ones included.
  public var count: Int { storage.count }
  /// The number of values that are not pruned.
  public var survivors: Int { mask?.survivors ?? count }
  /// The share of values that are not pruned, in 0…1.
  public var density: Double { mask?.density ?? 1 }

  /// The values; pruned ones are +0.0. New values must have the same shape, and lose what the mask does not keep.
  public var values: Tensor {
    get { storage }
    set {
      precondition(newValue.shape == shape, "values of shape \(newValue.shape) cannot replace \(shape)")
      storage = newValue
      if let mask { storage.zero(outside: mask) }
    }
  }

  /// Prunes all that `kept` does not keep. Masks compose by intersection: what was pruned before stays pruned.
  ///
  /// Traps unless the mask has the parameter's shape.
  public mutating func prune(keeping kept: Mask) {
    precondition(
      kept.shape == shape, "a mask of shape \(kept.shape) does not fit a parameter of shape \(shape)")
    if mask == nil { mask = kept } else { mask!.formIntersection(kept) }
    storage.zero(outside: mask!)
  }

  /// Lends the values for reading; the pointer must not outlive the call.
  public func withUnsafeValues<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withUnsafeValues(body)
  }

  /// Lends the values, in place, together with the words of the mask (nil when never pruned).
  ///
  /// The body must leave +0.0 wherever the mask is 0; the pointers must not outlive the call.
  public mutating func withUnsafeMutableValues(
    _ body: (UnsafeMutableBufferPointer<Float>, UnsafePointer<UInt64>?) -> Void
  ) {
    guard let mask else { return storage.withUnsafeMutableValues { body($0, nil) } }
    mask.withUnsafeWords { words in storage.withUnsafeMutableValues { body($0, words.baseAddress) } }
  }
}
