#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A regular file, open for reading at any offset.
///
/// The file is read with `pread`, not mapped: a mapped file that another process shortens kills the reader
/// with a signal, whereas a read that comes up short is an error like any other; and reading straight into
/// the memory where the values will live is one copy, as many as leave a mapping. The descriptor closes
/// with the last reference.
public final class InputFile: Sendable {
  /// The path, as the caller gave it.
  public let path: String
  /// The length in bytes when the file was opened.
  public let size: Int
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Throws: `FileError` if the system refuses or the path is a folder, `FormatError` if it is neither
  ///   a folder nor a regular file (a pipe, a device: their size is unknown, and every check here starts
  ///   from the size).
  public init(_ path: String) throws {
    // O_NONBLOCK: opening a pipe that nobody writes to would otherwise wait for ever.
    descriptor = try openFile(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    do {
      let status = try fileStatus(of: descriptor, path: path)
      if status.kind == S_IFDIR { throw FileError(path: path, operation: "read", code: EISDIR) }
      guard status.kind == S_IFREG else {
        throw FormatError(file: path, place: "type", expected: "a regular file", found: status.kindName)
      }
      self.path = path
      size = status.size
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes that start at `offset`.
  ///
  /// - Throws: `FileError`, or `FormatError` if the file ends before the buffer is full.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < buffer.count {
      let count = try readSome(into: .init(rebasing: buffer[done...]), at: offset + done)
      if count == 0 {
        throw FormatError(
          file: path, place: "byte \(offset)", expected: byteCount(buffer.count), found: byteCount(done))
      }
      done += count
    }
  }

  /// Reads at most `buffer.count` bytes that start at `offset`; 0 is the end of the file.
  func readSome(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
      if count >= 0 { return count }
      if errno != EINTR { throw FileError(path: path, operation: "read", code: errno) }
    }
  }

  /// The bytes from `offset` on, `count` of them.
  ///
  /// - Precondition: `offset + count <= size`, so that the allocation is never larger than the file.
  public func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    precondition(
      offset >= 0 && count >= 0 && count <= size - offset,
      "\(count) bytes at \(offset) of a file of \(size) bytes")
    try requireMemory(count, path: path)
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      initialized = count
    }
  }
}
