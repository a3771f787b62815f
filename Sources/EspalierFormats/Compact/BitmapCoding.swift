internal import EspalierTensors

/// One bit a position, 1 for survivors: bit i mod 8, from the lowest, of byte i / 8 is position i. The last byte is filled
/// with zeros. Takes rows · columns / 8 bytes.
struct BitmapCoding: PositionCoding {
  static func size(positions: Int) -> Int { (positions + 7) / 8 }

  func encode(_ survivors: CompressedRows) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.size(positions: survivors.positions))
    var position = -1
    survivors.forEachGap { gap in
      position += gap + 1
      bytes[position >> 3] |= 1 << UInt8(position & 7)
    }
    return bytes
  }

  func decode(_ bytes: UnsafeRawBufferPointer, into reader: inout PositionReader) throws(CodingFault) {
    let positions = reader.remaining
    let expected = Self.size(positions: positions)
    guard bytes.count == expected else {
      throw CodingFault(
        expected: "\(byteCount(expected)), a bit for each of \(positions) positions",
        found: byteCount(bytes.count))
    }
    var bits = BitReader(bytes)
    while let gap = bits.readUnary() { try reader.append(afterGap: gap) }
    try reader.finish()
  }
}
