/// A fixed-size block of values whose first byte lies on a 64-byte boundary: one cache line, one 512-bit vector.
///
/// Shared by copies of a `Tensor` or immutable in a packed layout; mutated only while uniquely referenced, which is what
/// makes it `Sendable`.
final class AlignedStorage<Element: BitwiseCopyable>: @unchecked Sendable {
  let values: UnsafeMutableBufferPointer<Element>

  /// Uninitialised memory: the caller writes every element before anybody reads it.
  init(uninitializedCount count: Int) {
    precondition(
      count >= 0 && count <= Int.max / 8 / MemoryLayout<Element>.stride,
      "there is no memory for \(count) values")
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    values = UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Element.self, capacity: max(count, 1)), count: count)
  }

  convenience init(copying other: some Collection<Element>) {
    self.init(uninitializedCount: other.count)
    _ = values.update(fromContentsOf: other)
  }

  deinit { UnsafeMutableRawPointer(values.baseAddress!).deallocate() }

  /// The first value, for reading.
  var base: UnsafePointer<Element> { UnsafePointer(values.baseAddress!) }

  /// The memory it takes.
  var byteCount: Int { values.count * MemoryLayout<Element>.stride }
}
