// Conversions of 16-bit numbers, bit by bit: `Float16` does not exist on every platform Swift runs on.

/// An IEEE 754 half-precision number, exactly.
func widenedHalf(_ bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16
  let exponent = UInt32(bits >> 10) & 0x1f
  let fraction = UInt32(bits & 0x3ff)
  switch exponent {
  case 0:
    // Zero or subnormal: fraction × 2⁻²⁴.
    let magnitude = Float(fraction) * 0x1p-24
    return Float(bitPattern: sign | magnitude.bitPattern)
  case 0x1f: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
  default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }
}

/// The nearest half-precision number, of two equally near the even one; infinite from 65520 on. A NaN keeps its sign and
/// the upper bits of its payload.
func narrowedHalf(_ value: Float) -> UInt16 {
  let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
  let magnitude = value.bitPattern & 0x7fff_ffff
  if magnitude > 0x7f80_0000 {
    let payload = UInt16(truncatingIfNeeded: magnitude >> 13) & 0x3ff
    return sign | 0x7c00 | (payload == 0 ? 0x200 : payload)
  }
  // Below 2⁻¹⁴ the result counts steps of 2⁻²⁴; 1024 of them are the smallest normal number's bits.
  if magnitude < 0x3880_0000 {
    return sign | UInt16((Float(bitPattern: magnitude) * 0x1p24).rounded(.toNearestOrEven))
  }
  let rounded = magnitude + 0xfff + (magnitude >> 13 & 1)
  return sign | (rounded < 0x4780_0000 ? UInt16((rounded - 0x3800_0000) >> 13) : 0x7c00)
}

/// A bfloat16 number, exactly.
func widenedBrain(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

/// The nearest bfloat16 number, of two equally near the even one. A NaN keeps its sign and the upper bits of its payload.
func narrowedBrain(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  if value.isNaN {
    let upper = UInt16(bits >> 16)
    return upper & 0x7f == 0 ? upper | 0x40 : upper
  }
  return UInt16((bits + 0x7fff + (bits >> 16 & 1)) >> 16)
}
