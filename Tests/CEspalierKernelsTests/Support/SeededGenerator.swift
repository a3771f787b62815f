/// SplitMix64 (G. Steele, D. Lea and C. Flood, 2014); failure messages name its seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in
      range.lowerBound + (range.upperBound - range.lowerBound) * Float(next() >> 40) * 0x1p-24
    }
  }

  /// The words of a mask over `count` elements: random, with words of only zeros and of only ones among them.
  mutating func maskWords(_ count: Int) -> [UInt64] {
    (0..<(count + 63) / 64).map { _ in
      switch next() % 4 {
      case 0: 0
      case 1: .max
      default: next()
      }
    }
  }
}

func isKept(_ words: [UInt64], _ index: Int) -> Bool { words[index / 64] >> UInt64(index % 64) & 1 == 1 }
