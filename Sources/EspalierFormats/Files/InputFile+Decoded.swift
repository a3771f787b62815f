/// Bytes that come one after the other, from a file as it is or decompressed.
protocol ByteSource: AnyObject {
  /// Fills `buffer` from its start and returns how many bytes it holds: fewer than asked only at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// The bytes of a file as they are.
final class PlainSource: ByteSource {
  private let file: InputFile
  private var offset = 0

  init(_ file: InputFile) { self.file = file }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(buffer.count, file.size - offset)
    try file.read(into: .init(rebasing: buffer[..<count]), at: offset)
    offset += count
    return count
  }
}

extension InputFile {
  /// Whether the file starts with the magic number of gzip, whatever its name.
  func isGzip() throws -> Bool {
    guard size >= 2 else { return false }
    return try bytes(at: 0, count: 2) == [0x1f, 0x8b]
  }

  /// The file from its start, decompressed if it is gzip.
  func source() throws -> any ByteSource {
    try isGzip() ? GzipSource(self) : PlainSource(self)
  }

  /// The whole file, decompressed if it starts with the magic number of gzip.
  ///
  /// A compressed file is decompressed twice, the first time only to count: nothing is allocated on its word.
  ///
  /// - Parameter maximumCount: the most bytes to accept, counted after decompression.
  /// - Throws: `FileError`; `FormatError` if there are more than `maximumCount` bytes, or if the gzip
  ///   stream is truncated, corrupt, or followed by anything but another gzip member.
  public func contents(maximumCount: Int) throws -> [UInt8] {
    let count = try isGzip() ? GzipSource(self).measure(limit: maximumCount) : size
    guard count <= maximumCount else {
      throw FormatError(
        file: path, place: "size", expected: "at most \(byteCount(maximumCount))",
        found: try isGzip() ? "more after decompression" : byteCount(count))
    }
    try requireMemory(count, path: path)
    let source = try source()
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let got = try source.read(into: UnsafeMutableRawBufferPointer(buffer))
      initialized = got
      guard got == count else {
        throw FormatError(file: path, place: "size", expected: byteCount(count), found: byteCount(got))
      }
    }
  }
}
