/// Hands out parts of a working memory one after another, each on a 64-byte boundary where the memory begins on one.
struct ScratchCursor {
  /// Floats handed out, and where the next part begins.
  private(set) var count = 0
  private let base: UnsafeMutablePointer<Float>?

  /// Over `base`, or over nothing, only to count.
  init(_ base: UnsafeMutablePointer<Float>?) { self.base = base }

  /// The next `length` floats; nil when only counting.
  mutating func floats(_ length: Int) -> UnsafeMutablePointer<Float>? {
    defer { count += (length + 15) / 16 * 16 }
    return base.map { $0 + count }
  }

  /// Room for `length` integers; nil when only counting.
  mutating func integers(_ length: Int) -> UnsafeMutablePointer<Int>? {
    let floatsEach = MemoryLayout<Int>.stride / MemoryLayout<Float>.stride
    return floats(length * floatsEach).map {
      UnsafeMutableRawPointer($0).bindMemory(to: Int.self, capacity: length)
    }
  }
}
