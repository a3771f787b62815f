import EspalierFormats

/// log₂ of a positive number, to about 1e−12, by the series of artanh: no platform's C library is needed.
func log2(_ value: Double) -> Double {
  let t = (value.significand - 1) / (value.significand + 1)
  let series = (0..<40).reversed().reduce(0.0) { $0 * t * t + 1 / Double(2 * $1 + 1) }
  return Double(value.exponent) + 2 * t * series / 0.693_147_180_559_945_3
}

/// The nearest number of a 16-bit type, ties to even, in double precision: the oracle.
func rounded(_ value: Float, to type: CompactValues) -> Float {
  let exact = Double(value)
  let (bits, least): (Int, Int) =
    switch type {
    case .float32: (24, -126)
    case .float16: (11, -14)
    case .bfloat16: (8, -126)
    }
  guard exact.isFinite, exact != 0 else { return value }
  let exponent = max(Int(exact.exponent), least)
  let step = Double(sign: .plus, exponent: exponent - bits + 1, significand: 1)
  let result = (exact / step).rounded(.toNearestOrEven) * step
  return type == .float16 && result.magnitude > 65504
    ? Float(result.sign == .minus ? -1 : 1) * .infinity : Float(result)
}
