import EspalierFormats
import Testing

internal import CZlib

/// SplitMix64 (Steele, Lea and Flood 2014): small and repeatable.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// One gzip member that holds `bytes`.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 1000 + 100)
  let room = output.count
  let used = input.withUnsafeMutableBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(room)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      return room - Int(stream.avail_out)
    }
  }
  return Array(output[..<used])
}

/// Runs `body`, which must throw a `FormatError` with these parts; nil stands for any text.
func expectFormatError(
  place: String? = nil, expected: String? = nil, found: String? = nil,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: FormatError.self, sourceLocation: sourceLocation, performing: body)
  guard let error else { return }
  #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
  for (part, wanted) in [(error.place, place), (error.expected, expected), (error.found, found)] {
    if let wanted { #expect(part == wanted, "\(error)", sourceLocation: sourceLocation) }
  }
}

/// Runs `body`, which must throw a `FileError` with this code.
func expectFileError(
  _ code: Int32, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: FileError.self, sourceLocation: sourceLocation, performing: body)
  #expect(error?.code == code, "\(String(describing: error))", sourceLocation: sourceLocation)
}

/// The bytes with one to four random changes: bits flipped, bytes replaced, removed, repeated, or the end
/// cut off.
func mutated(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
  var bytes = bytes
  for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
    let index = Int.random(in: 0..<bytes.count, using: &generator)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
    case 2: bytes.remove(at: index)
    case 3: bytes.insert(bytes[index], at: index)
    default: bytes.removeSubrange(index...)
    }
  }
  return bytes
}
