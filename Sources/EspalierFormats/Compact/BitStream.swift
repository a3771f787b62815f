/// Bits that fill bytes from the lowest bit.
struct BitWriter {
  private var bytes: [UInt8] = []
  private var pending: UInt64 = 0
  private var pendingCount = 0

  /// Appends the low `count` bits of a value that has no others, the lowest first.
  ///
  /// - Precondition: `count` is at most 56.
  mutating func write(_ value: UInt64, count: Int) {
    pending |= value << UInt64(pendingCount)
    pendingCount += count
    while pendingCount >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      pendingCount -= 8
    }
  }

  /// Appends so many zeros and a one.
  mutating func writeUnary(_ zeros: Int) {
    var rest = zeros
    while rest >= 56 {
      write(0, count: 56)
      rest -= 56
    }
    write(1 << UInt64(rest), count: rest + 1)
  }

  /// All bytes, the last filled with zeros.
  consuming func finish() -> [UInt8] {
    if pendingCount > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
    return bytes
  }
}

/// Reads what a `BitWriter` wrote, and never beyond the bytes.
struct BitReader {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The number of zeros before the next one, which is read too; nil if there is no one.
  mutating func readUnary() -> Int? {
    let start = position
    while position < 8 * bytes.count {
      let window = window
      if window != 0 {
        position += window.trailingZeroBitCount + 1
        return position - start - 1
      }
      position += 64 - position & 7
    }
    return nil
  }

  /// The next bits, the first as the lowest; nil if there are not so many.
  ///
  /// - Precondition: `count` is at most 56.
  mutating func read(count: Int) -> UInt64? {
    guard position <= 8 * bytes.count - count else { return nil }
    defer { position += count }
    return window & (1 << UInt64(count) - 1)
  }

  /// Whether nothing is left but zeros in the byte at hand.
  var isAtPadding: Bool { 8 * bytes.count - position < 8 && window == 0 }

  /// The bits from the position on, at least 57 of them, zeros after the last byte.
  private var window: UInt64 {
    let first = position >> 3
    let word =
      if first + 8 <= bytes.count {
        bytes.loadUnaligned(fromByteOffset: first, as: UInt64.self)
      } else {
        bytes[min(first, bytes.count)...].reversed().reduce(0) { $0 << 8 | UInt64($1) }
      }
    return word >> UInt64(position & 7)
  }
}
