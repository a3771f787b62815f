/// A fixed-size block of `Float`s whose first byte lies on a 64-byte boundary: one cache line, one 512-bit vector.
///
/// Shared by copies of a `Tensor`; mutated only while uniquely referenced, which is what makes it `Sendable`.
final class AlignedStorage: @unchecked Sendable {
  static let alignment = 64

  let values: UnsafeMutableBufferPointer<Float>

  /// Uninitialised memory: the caller writes every element before anybody reads it.
  init(uninitializedCount count: Int) {
    precondition(count >= 0 && count <= Int.max / 8, "a tensor cannot hold \(count) values")
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.alignment)
    values = UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Float.self, capacity: max(count, 1)), count: count)
  }

  convenience init(copying other: AlignedStorage) {
    self.init(uninitializedCount: other.values.count)
    _ = values.update(fromContentsOf: other.values)
  }

  deinit { UnsafeMutableRawPointer(values.baseAddress!).deallocate() }
}
