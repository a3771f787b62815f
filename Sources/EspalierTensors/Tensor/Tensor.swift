/// A dense array of `Float` in row-major order, with value semantics over copy-on-write, 64-byte aligned storage.
///
/// Always contiguous: there are no strides, views or broadcasts. Copies share storage until one of them is mutated.
/// Creating, copying and reshaping cost O(1) beyond the storage itself.
///
///     var weight = Tensor(zeros: [300, 784])
///     weight[2, 5] = 1
public struct Tensor: Sendable {
  /// The length of each dimension; the last one is contiguous. An empty shape is a scalar.
  public let shape: [Int]
  private var storage: AlignedStorage<Float>

  private init(shape: [Int], storage: AlignedStorage<Float>) {
    self.shape = shape
    self.storage = storage
  }

  /// A tensor of `shape` filled with `value`.
  public init(repeating value: Float, shape: [Int]) {
    self.init(shape: shape, storage: AlignedStorage(uninitializedCount: Self.elementCount(of: shape)))
    storage.values.initialize(repeating: value)
  }

  /// A tensor of zeros.
  public init(zeros shape: [Int]) { self.init(repeating: 0, shape: shape) }

  /// A tensor with the given row-major values; traps unless there are as many as `shape` says.
  public init(_ values: some Collection<Float>, shape: [Int]) {
    let count = Self.elementCount(of: shape)
    precondition(
      values.count == count, "\(values.count) values do not fill a tensor of shape \(shape) (\(count))")
    self.init(shape: shape, storage: AlignedStorage(uninitializedCount: count))
    _ = storage.values.initialize(fromContentsOf: values)
  }

  /// A tensor whose values `initialize` writes, every one of them.
  public init<Failure: Error>(
    shape: [Int], initializedBy initialize: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    self.init(shape: shape, storage: AlignedStorage(uninitializedCount: Self.elementCount(of: shape)))
    try initialize(storage.values)
  }

  /// How many values the tensor holds.
  public var count: Int { storage.values.count }

  /// The values in row-major order, copied.
  public var values: [Float] { withUnsafeValues { Array($0) } }

  /// The value at a position of the flat row-major order.
  public subscript(flat index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index \(index) outside a tensor of \(count) values")
      return storage.values[index]
    }
    set {
      precondition(index >= 0 && index < count, "index \(index) outside a tensor of \(count) values")
      makeUnique()
      storage.values[index] = newValue
    }
  }

  /// The value at a position, one index a dimension; traps outside the shape.
  public subscript(indices: Int...) -> Float {
    get { self[flat: flatIndex(of: indices)] }
    set { self[flat: flatIndex(of: indices)] = newValue }
  }

  /// The same values under another shape of as many elements, sharing storage.
  public func reshaped(to newShape: [Int]) -> Tensor {
    precondition(
      Self.elementCount(of: newShape) == count,
      "shape \(shape) cannot be seen as \(newShape): the counts differ")
    return Tensor(shape: newShape, storage: storage)
  }

  /// Lends the values for reading; the pointer must not outlive the call.
  public func withUnsafeValues<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(storage.values))
  }

  /// Lends the values for writing, after copying them if another tensor shares them; the pointer must not outlive
  /// the call.
  public mutating func withUnsafeMutableValues<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    makeUnique()
    return try body(storage.values)
  }

  private mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = AlignedStorage(copying: storage.values) }
  }

  private func flatIndex(of indices: [Int]) -> Int {
    precondition(indices.count == shape.count, "\(indices.count) indices for a tensor of shape \(shape)")
    var flat = 0
    for (index, length) in zip(indices, shape) {
      precondition(index >= 0 && index < length, "index \(indices) outside a tensor of shape \(shape)")
      flat = flat * length + index
    }
    return flat
  }

  /// The product of the dimensions; traps on negative lengths and on overflow.
  package static func elementCount(of shape: [Int]) -> Int {
    shape.reduce(1) { product, length in
      precondition(length >= 0, "a shape cannot have a negative length: \(shape)")
      let (next, overflow) = product.multipliedReportingOverflow(by: length)
      precondition(!overflow, "a tensor of shape \(shape) is too large to count")
      return next
    }
  }
}

extension Tensor: Equatable {
  /// Equal shapes and equal values; a NaN differs from everything, as for `Float`.
  public static func == (left: Tensor, right: Tensor) -> Bool {
    guard left.shape == right.shape else { return false }
    return left.withUnsafeValues { a in right.withUnsafeValues { b in a.elementsEqual(b) } }
  }
}
