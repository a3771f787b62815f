/// Which elements of a tensor survive pruning: one bit an element, and a cached count of survivors.
///
/// Bit *i* of the flat row-major order lives in bit *i* mod 64 of word *i* / 64; the bits beyond the last element are
/// always 0. A mask of *n* elements takes *n* / 8 bytes. Value semantics; copies share storage until mutated.
public struct Mask: Sendable, Hashable {
  /// The shape of the tensor the mask belongs to.
  public let shape: [Int]
  /// The number of elements, survivors or not.
  public let count: Int
  /// The number of set bits.
  public private(set) var survivors: Int
  private var words: [UInt64]

  /// A mask that keeps everything.
  public init(ones shape: [Int]) {
    self.shape = shape
    count = Tensor.elementCount(of: shape)
    survivors = count
    words = [UInt64](repeating: .max, count: (count + 63) / 64)
    clearPadding()
  }

  /// A mask from one truth value an element, in row-major order; traps unless there are as many as `shape` says.
  public init(_ kept: some Collection<Bool>, shape: [Int]) {
    self.init(ones: shape)
    precondition(kept.count == count, "\(kept.count) bits do not fill a mask of shape \(shape) (\(count))")
    // Through an array: a loop over any collection is not specialised outside of this module.
    let flags = Array(kept)
    withUnsafeMutableWords { words in
      for word in words.indices {
        var bits: UInt64 = 0
        for bit in 0..<min(64, flags.count - 64 * word) {
          bits |= (flags[64 * word + bit] ? 1 : 0) << UInt64(bit)
        }
        words[word] = bits
      }
    }
  }

  /// The share of elements that survive, in 0…1; 1 for an empty mask.
  public var density: Double { count == 0 ? 1 : Double(survivors) / Double(count) }

  /// Whether the element at a flat row-major position survives.
  public subscript(index: Int) -> Bool {
    get {
      precondition(index >= 0 && index < count, "index \(index) outside a mask of \(count) elements")
      return words[index >> 6] >> UInt64(index & 63) & 1 == 1
    }
    set {
      guard self[index] != newValue else { return }
      words[index >> 6] ^= 1 << UInt64(index & 63)
      survivors += newValue ? 1 : -1
    }
  }

  /// Keeps only what both masks keep; traps when the shapes differ.
  public mutating func formIntersection(_ other: Mask) {
    precondition(
      shape == other.shape, "a mask of shape \(shape) cannot be combined with one of shape \(other.shape)")
    withUnsafeMutableWords { mine in
      other.withUnsafeWords { theirs in
        for index in mine.indices { mine[index] &= theirs[index] }
      }
    }
  }

  /// Lends the words for reading; the pointer must not outlive the call.
  public func withUnsafeWords<Result>(_ body: (UnsafeBufferPointer<UInt64>) throws -> Result) rethrows
    -> Result
  {
    try words.withUnsafeBufferPointer(body)
  }

  /// Lends the words for writing, then clears the bits beyond the last element and counts the survivors again.
  public mutating func withUnsafeMutableWords<Result>(
    _ body: (UnsafeMutableBufferPointer<UInt64>) throws -> Result
  ) rethrows -> Result {
    defer {
      clearPadding()
      survivors = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }
    return try words.withUnsafeMutableBufferPointer { try body($0) }
  }

  private mutating func clearPadding() {
    let used = count & 63
    if used != 0 { words[words.count - 1] &= (1 << UInt64(used)) - 1 }
  }
}
