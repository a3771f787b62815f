internal import EspalierTensors

/// The gaps between survivors — how many pruned positions precede each, back to the survivor before it — in Rice's code
/// with a parameter k: ⌊gap / 2ᵏ⌋ zeros and a one, then the k low bits of the gap, lowest first. Bits fill bytes from the
/// lowest; the last byte is filled with zeros.
///
/// Gaps of random survivors are distributed geometrically, and for these the best k is within a few per cent of the
/// entropy: at a density of 5 % it takes 5.8 bits a survivor, where the entropy is 5.7, a byte-wise code of variable
/// length takes 8 and more, and so does the narrowest fixed width.
///
/// Source: R. F. Rice and J. R. Plaunt, "Adaptive variable-length coding for efficient compression of spacecraft
/// television data" (IEEE Transactions on Communication Technology 19, 1971).
struct RiceCoding: PositionCoding {
  /// k: the low bits of a gap that are written as they are.
  let lowBits: Int

  /// Enough for the gaps of any matrix that a file may hold.
  static let mostLowBits = 42

  /// The parameter that takes the fewest bytes. One pass over the survivors.
  static func smallest(for survivors: CompressedRows) -> (coding: RiceCoding, size: Int) {
    // Σ ⌊gap / 2ᵏ⌋ follows, for every k, from how often each bit of a gap is set.
    var counts = [Int](repeating: 0, count: mostLowBits)
    survivors.forEachGap { gap in
      var rest = gap
      while rest != 0 {
        counts[rest.trailingZeroBitCount] += 1
        rest &= rest - 1
      }
    }
    func bitCount(_ lowBits: Int) -> Int {
      let zeros = (lowBits..<mostLowBits).reduce(0) { $0 + counts[$1] << ($1 - lowBits) }
      return zeros + survivors.survivors * (1 + lowBits)
    }
    let best = (0...mostLowBits).min { bitCount($0) < bitCount($1) }!
    return (RiceCoding(lowBits: best), (bitCount(best) + 7) / 8)
  }

  func encode(_ survivors: CompressedRows) -> [UInt8] {
    var bits = BitWriter()
    survivors.forEachGap { gap in
      bits.writeUnary(gap >> lowBits)
      bits.write(UInt64(gap) & (1 << UInt64(lowBits) - 1), count: lowBits)
    }
    return bits.finish()
  }

  func decode(_ bytes: UnsafeRawBufferPointer, into reader: inout PositionReader) throws(CodingFault) {
    var bits = BitReader(bytes)
    while !reader.isComplete {
      guard let high = bits.readUnary(), let low = bits.read(count: lowBits) else {
        throw CodingFault(
          expected: "\(reader.announced) positions, one a value",
          found: "the end after \(reader.survivors)")
      }
      // A larger one could not be shifted back.
      guard high <= reader.remaining >> lowBits else {
        throw CodingFault(
          expected: "position \(reader.survivors) of \(reader.announced) within the matrix",
          found: "one far beyond")
      }
      try reader.append(afterGap: high << lowBits | Int(low))
    }
    guard bits.isAtPadding else {
      throw CodingFault(
        expected: "nothing but the last byte's zeros after \(reader.announced) positions",
        found: "more bits")
    }
    try reader.finish()
  }
}
