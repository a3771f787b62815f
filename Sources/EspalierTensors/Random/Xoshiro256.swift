/// The xoshiro256++ generator: 256 bits of state, period 2²⁵⁶ − 1, seeded through SplitMix64.
///
/// The generator every random choice of the library takes when a seed is given: initial weights, shuffles, dropout.
/// The same seed gives the same sequence on every platform. Not for cryptography.
///
/// Source: D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021).
public struct Xoshiro256: RandomNumberGenerator, Sendable, Hashable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// A generator whose 256 bits of state are the first four values of SplitMix64 from `seed`.
  public init(seed: UInt64) {
    var mixer = SplitMix64(state: seed)
    state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = rotateLeft(state.0 &+ state.3, by: 23) &+ state.0
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotateLeft(state.3, by: 45)
    return result
  }

  /// A generator for an independent purpose, derived from this one's next value.
  public mutating func split() -> Xoshiro256 { Xoshiro256(seed: next()) }

  /// Equal states give equal sequences.
  public static func == (left: Self, right: Self) -> Bool { left.state == right.state }

  /// Hashes the state.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(state.0)
    hasher.combine(state.1)
    hasher.combine(state.2)
    hasher.combine(state.3)
  }
}

/// SplitMix64: turns any seed, also 0 or consecutive ones, into well-mixed 64-bit values.
///
/// Source: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  package var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

private func rotateLeft(_ value: UInt64, by bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
