internal import EspalierTensors

/// The random numbers of one sample: a stream that depends on a seed, a purpose and an index, and on nothing
/// drawn before, so that samples can be made in any order and on any thread.
struct DigitStream {
  /// What a stream decides; streams of different purposes are unrelated.
  enum Purpose: UInt64 {
    case image, labels
  }

  private var generator: SplitMix64

  init(seed: UInt64, purpose: Purpose, index: UInt64) {
    // Each key is mixed before the next one joins, so neighbouring seeds and indices share nothing.
    var state = seed
    for key in [purpose.rawValue, index] {
      var mixer = SplitMix64(state: state)
      state = mixer.next() ^ key
    }
    var mixer = SplitMix64(state: state)
    generator = SplitMix64(state: mixer.next())
  }

  /// A value in [`lower`, `upper`) of 24 random bits.
  mutating func uniform(_ lower: Float, _ upper: Float) -> Float {
    lower + (upper - lower) * (Float(generator.next() >> 40) * 0x1p-24)
  }

  /// A bell-shaped value of mean 0 and standard deviation 1 within ±√12: the scaled sum of four uniform
  /// values of 16 bits each, which needs no logarithm.
  mutating func bell() -> Float {
    let bits = generator.next()
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + bits >> 48
    return (Float(sum) * 0x1p-16 - 2) * 1.732_050_8
  }

  /// A vector of two independent bell-shaped values.
  mutating func bellVector() -> SIMD2<Float> {
    let x = bell()
    return [x, bell()]
  }

  /// True with the given probability.
  mutating func chance(_ probability: Float) -> Bool { uniform(0, 1) < probability }

  /// An integer in 0 ..< `count`.
  mutating func below(_ count: Int) -> Int {
    Int(generator.next().multipliedFullWidth(by: UInt64(count)).high)
  }
}
