internal import CZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The decompressed bytes of a gzip file (RFC 1952): one or more members, and nothing after the last.
///
/// It holds 64 KiB of input and zlib's window, whatever the file announces. The checksum and length of a
/// member are checked by zlib when its end is reached, so a caller must read up to the end (a read that
/// returns too little).
final class GzipSource: ByteSource {
  private let file: InputFile
  private var offset = 0
  private var atMemberBoundary = false
  // zlib keeps the address of the stream in its state, so it may not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

  init(_ file: InputFile) throws {
    self.file = file
    stream.initialize(to: z_stream())
    let gzipOnly: Int32 = 16
    let code = inflateInit2_(
      stream, MAX_WBITS + gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    // A class whose initialiser throws after its last property is set still runs its deinit, which frees
    // everything.
    if code != Z_OK { throw FileError(path: file.path, operation: "decompress", code: ENOMEM) }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var produced = 0
    while produced < buffer.count {
      if stream.pointee.avail_in == 0, try !refill() { break }
      if atMemberBoundary { try startMember() }
      produced += try inflateSome(into: .init(rebasing: buffer[produced...]))
    }
    return produced
  }

  /// Counts the bytes up to the end, or until there are more than `limit`. Uses the source up.
  func measure(limit: Int) throws -> Int {
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { scratch.deallocate() }
    var total = 0
    while total <= limit {
      let count = try read(into: scratch)
      total += count
      if count < scratch.count { break }
    }
    return total
  }

  /// Reads more input; false at the end of the file, which is good only between members.
  private func refill() throws -> Bool {
    let count = try file.readSome(into: input, at: offset)
    if count == 0 {
      if atMemberBoundary { return false }
      throw error(expected: "the rest of a gzip stream", found: "the end of the file")
    }
    offset += count
    stream.pointee.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
    return true
  }

  private func startMember() throws {
    let first = stream.pointee.next_in.pointee
    guard first == 0x1f else {
      throw error(
        expected: "the end of the file or another gzip member", found: "byte \(hexadecimal([first]))")
    }
    inflateReset(stream)
    atMemberBoundary = false
  }

  private func inflateSome(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let room = UInt32(min(buffer.count, 1 << 30))
    stream.pointee.next_out = buffer.baseAddress!.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = room
    switch inflate(stream, Z_NO_FLUSH) {
    case Z_OK: break
    case Z_STREAM_END: atMemberBoundary = true
    case Z_MEM_ERROR: throw FileError(path: file.path, operation: "decompress", code: ENOMEM)
    default:
      let message = stream.pointee.msg.map { String(cString: $0) } ?? "data that cannot be decompressed"
      throw error(expected: "a valid gzip stream", found: message)
    }
    return Int(room - stream.pointee.avail_out)
  }

  private func error(expected: String, found: String) -> FormatError {
    let place = "byte \(offset - Int(stream.pointee.avail_in)) of the gzip stream"
    return FormatError(file: file.path, place: place, expected: expected, found: found)
  }
}
