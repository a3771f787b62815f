#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the body of ``AtomicFile/write(to:_:)`` writes; small pieces are gathered, large ones go straight
/// out.
public struct FileOutput: ~Copyable {
  /// How many bytes were written so far.
  public private(set) var byteCount = 0
  private let descriptor: Int32
  private let path: String
  private var pending: [UInt8] = []
  private static let gathered = 1 << 16

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Appends bytes.
  ///
  /// - Throws: `FileError`, for example of a full disk.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    byteCount += bytes.count
    if bytes.count >= FileOutput.gathered {
      try finish()
      try writeAll(bytes)
    } else {
      pending.append(contentsOf: bytes)
      if pending.count >= FileOutput.gathered { try finish() }
    }
  }

  /// Appends bytes.
  public mutating func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { buffer in try write(buffer) }
  }

  /// Appends a text as UTF-8.
  public mutating func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { buffer in try write(UnsafeRawBufferPointer(buffer)) }
  }

  /// Hands the gathered bytes to the system.
  mutating func finish() throws {
    try pending.withUnsafeBytes { buffer in try writeAll(buffer) }
    pending.removeAll(keepingCapacity: true)
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let buffer = UnsafeRawBufferPointer(rebasing: rest)
      // Some systems refuse more than 2 GiB in one call.
      let count = systemWrite(descriptor, buffer.baseAddress, min(buffer.count, 1 << 30))
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw FileError(path: path, operation: "write", code: errno)
      }
    }
  }
}

/// The system's `write`, whose name the methods of ``FileOutput`` hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
