public import EspalierTensors

/// Something a network learns: values, what part they play, and, once pruned, which of them survive.
///
/// The invariant that everything else relies on: **a value outside the mask is exactly +0.0**. Setting values keeps it,
/// and so does every optimizer of the library; forward passes therefore never multiply by a mask.
///
/// A parameter is *dense* — all values are stored, with a mask of bits once it is pruned — or *packed*: only survivors are
/// stored, in the order of a `SparsePattern`, and the pattern is the mask. Gradients and optimizer state have one number
/// for each stored one, so that what is pruned is not paid for once it is packed. `pack()` and `unpack()` change the
/// form and not one bit of a survivor.
public struct Parameter: Sendable {
  /// What a parameter does in its layer; pruning tells them apart. Weight decay does not: it acts on both.
  public enum Role: String, Sendable, Codable {
    /// Multiplies activations; pruned by default.
    case weight
    /// Is added to activations; exempt from pruning by default.
    case bias
    /// Multiplies all values of a channel or feature, as in batch normalisation; exempt from pruning by default.
    case scale
  }

  /// What the parameter does in its layer.
  public let role: Role
  /// The shape of the values, pruned ones included.
  public let shape: [Int]
  /// Where the survivors are, if the parameter is packed.
  public internal(set) var pattern: SparsePattern?
  /// All values, or the stream of a packed parameter.
  var storage: Tensor
  /// Which values of a dense parameter survive; nil until it is first pruned, and when packed.
  var denseMask: Mask?

  /// A dense parameter with the given values and no mask.
  public init(_ values: Tensor, role: Role) {
    storage = values
    shape = values.shape
    self.role = role
  }

  /// A packed parameter: never dense, not for an instant. Its shape is that of the matrix, or another one with the matrix's
  /// rows as its first dimension and its columns as all others; traps on any other.
  public init(_ matrix: SparseMatrix, shape: [Int]? = nil, role: Role) {
    let (rows, columns) = (matrix.pattern.rows, matrix.pattern.columns)
    self.shape = shape ?? [rows, columns]
    precondition(
      self.shape.first == rows && self.shape.dropFirst().reduce(1, *) == columns,
      "a \(rows) × \(columns) matrix cannot be a parameter of shape \(self.shape)")
    storage = matrix.values
    pattern = matrix.pattern
    self.role = role
  }

  /// Whether only survivors are stored.
  public var isPacked: Bool { pattern != nil }
  /// The number of values, pruned ones included.
  public var count: Int { shape.reduce(1, *) }
  /// The number of values that are not pruned.
  public var survivors: Int { pattern?.survivors ?? denseMask?.survivors ?? count }
  /// The share of values that are not pruned, in 0…1.
  public var density: Double { pattern?.density ?? denseMask?.density ?? 1 }
  /// Which values survive; nil if none was ever pruned. Made anew, `count` bits, for a packed parameter; traps where that
  /// is more than `mostDenseValues`.
  public var mask: Mask? {
    guard let pattern else { return denseMask }
    requireDensifiable("a mask")
    return pattern.mask.reshaped(to: shape)
  }

  /// The most values of a packed parameter that are ever laid out densely, as numbers or bits: 2²⁸, a gigabyte. What is
  /// larger stays packed; asking for its mask, its values or to unpack it is a mistake and traps.
  public static let mostDenseValues = 1 << 28

  func requireDensifiable(_ what: String) {
    precondition(
      count <= Self.mostDenseValues,
      "a packed parameter of shape \(shape) is too large for \(what): \(count) values, at most \(Self.mostDenseValues)"
    )
  }

  /// The values; pruned ones are +0.0. New values must have the same shape, and lose what the mask does not keep.
  ///
  /// Made anew, `count` numbers, for a packed parameter; traps where those are more than `mostDenseValues`.
  public var values: Tensor {
    get {
      guard let packed else { return storage }
      requireDensifiable("a dense tensor")
      return packed.dense.reshaped(to: shape)
    }
    set {
      precondition(newValue.shape == shape, "values of shape \(newValue.shape) cannot replace \(shape)")
      if var matrix = packed {
        matrix.pack(newValue)
        storage = matrix.values
      } else {
        storage = newValue
        if let denseMask { storage.zero(outside: denseMask) }
      }
    }
  }

  /// The numbers that are stored, and so the size of its gradient and of an optimizer's moments: all values, or the slots
  /// of a packed parameter.
  public var storedCount: Int { storage.count }

  /// Lends the stored numbers for reading: all values in row-major order, or the survivors in the order of the pattern's
  /// slots. The pointer must not outlive the call.
  public func withUnsafeStoredValues<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withUnsafeValues(body)
  }

  /// Lends the stored numbers, in place, together with the words of the mask (nil when never pruned, and when packed).
  ///
  /// The body must leave +0.0 wherever the mask or, in a packed parameter, padding is; the pointers must not outlive the
  /// call.
  public mutating func withUnsafeMutableStoredValues(
    _ body: (UnsafeMutableBufferPointer<Float>, UnsafePointer<UInt64>?) -> Void
  ) {
    guard let denseMask else { return storage.withUnsafeMutableValues { body($0, nil) } }
    denseMask.withUnsafeWords { words in storage.withUnsafeMutableValues { body($0, words.baseAddress) } }
  }
}

extension Parameter? {
  /// Lends the first of the stored values, nil without a parameter.
  package func withBaseAddress<Result>(_ body: (UnsafePointer<Float>?) -> Result) -> Result {
    guard let self else { return body(nil) }
    return self.withUnsafeStoredValues { body($0.baseAddress) }
  }
}
