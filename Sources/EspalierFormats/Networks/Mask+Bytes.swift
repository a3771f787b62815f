internal import EspalierTensors

// In a file a mask is a byte an element, 0 or 1; eight of them are turned into a byte of bits, and back, at a time.

extension Mask {
  private static let pieceLength = 1 << 16

  /// A byte an element, 0 or 1, piece by piece.
  func writeBytes(to sink: SafetensorsWriter.Sink) throws {
    var piece = [UInt64](repeating: 0, count: Self.pieceLength / 8)
    try withUnsafeWords { words in
      for first in stride(from: 0, to: count, by: Self.pieceLength) {
        let elements = min(Self.pieceLength, count - first)
        for eight in 0..<(elements + 7) / 8 {
          let bits = words[first >> 6 + eight >> 3] >> UInt64(8 * (eight & 7)) & 0xff
          piece[eight] = spreadBits(bits)
        }
        try piece.withUnsafeBytes { try sink(UnsafeRawBufferPointer(rebasing: $0[..<elements])) }
      }
    }
  }
}

extension TensorLedger {
  /// A mask from a tensor of truth values, read piece by piece; throws unless all are 0 or 1.
  func readMask(_ entry: SafetensorsEntry) throws -> Mask {
    try requireMemory(entry.count / 8, path: file.path)
    var mask = Mask(ones: entry.shape)
    let pieceLength = 1 << 16
    var piece = [UInt64](repeating: 0, count: pieceLength / 8)
    try mask.withUnsafeMutableWords { words in
      words.update(repeating: 0)
      for first in stride(from: 0, to: entry.count, by: pieceLength) {
        let elements = min(pieceLength, entry.count - first)
        let eights = (elements + 7) / 8
        piece[eights - 1] = 0
        try piece.withUnsafeMutableBytes {
          try file.read(entry, at: first, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<elements]))
        }
        for eight in 0..<eights {
          guard let bits = gatheredBits(piece[eight]) else {
            throw noTruthValue(entry, piece[eight], first + 8 * eight)
          }
          words[first >> 6 + eight >> 3] |= bits << UInt64(8 * (eight & 7))
        }
      }
    }
    return mask
  }

  private func noTruthValue(_ entry: SafetensorsEntry, _ bytes: UInt64, _ first: Int) -> FormatError {
    let index = (bytes & ~0x0101_0101_0101_0101).trailingZeroBitCount / 8
    return FormatError(
      file: file.path, place: "tensor \(entry.name), element \(first + index)", expected: "0 or 1",
      found: "\(bytes >> UInt64(8 * index) & 0xff)")
  }
}

/// Bit i of a byte as byte i, 0 or 1.
private func spreadBits(_ bits: UInt64) -> UInt64 {
  // Byte i is left with bit i alone, anywhere in it, which 0x7f carries into its highest bit.
  let alone = (bits &* 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201
  return (alone &+ 0x7f7f_7f7f_7f7f_7f7f) >> 7 & 0x0101_0101_0101_0101
}

/// Byte i, 0 or 1, as bit i of a byte; nil if another byte is among them.
private func gatheredBits(_ bytes: UInt64) -> UInt64? {
  guard bytes & ~0x0101_0101_0101_0101 == 0 else { return nil }
  // Bit 8 i is multiplied to bit 56 + i by 2 to the power of 56 − 7 i, and no two products meet in one bit.
  return (bytes &* 0x0102_0408_1020_4080) >> 56
}
