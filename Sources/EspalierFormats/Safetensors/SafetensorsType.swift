/// The element types of the safetensors format; the raw value is the name in the header.
public enum SafetensorsType: String, Sendable, CaseIterable {
  /// One byte, 0 or 1.
  case bool = "BOOL"
  /// Unsigned integers of one byte.
  case uint8 = "U8"
  /// Unsigned integers of two bytes.
  case uint16 = "U16"
  /// Unsigned integers of four bytes.
  case uint32 = "U32"
  /// Unsigned integers of eight bytes.
  case uint64 = "U64"
  /// Signed integers of one byte.
  case int8 = "I8"
  /// Signed integers of two bytes.
  case int16 = "I16"
  /// Signed integers of four bytes.
  case int32 = "I32"
  /// Signed integers of eight bytes.
  case int64 = "I64"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper half of an IEEE 754 single-precision number.
  case bfloat16 = "BF16"
  /// IEEE 754 single precision.
  case float32 = "F32"
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// Two single-precision numbers: real part, imaginary part.
  case complex64 = "C64"
  /// Floating point of one byte, 5 bits of exponent.
  case float8E5M2 = "F8_E5M2"
  /// Floating point of one byte, 4 bits of exponent.
  case float8E4M3 = "F8_E4M3"
  /// Powers of two, one byte.
  case float8E8M0 = "F8_E8M0"
  /// Floating point of one byte, 5 bits of exponent, without infinity and negative zero.
  case float8E5M2FNUZ = "F8_E5M2FNUZ"
  /// Floating point of one byte, 4 bits of exponent, without infinity and negative zero.
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  /// Floating point of 6 bits, 2 of exponent.
  case float6E2M3 = "F6_E2M3"
  /// Floating point of 6 bits, 3 of exponent.
  case float6E3M2 = "F6_E3M2"
  /// Floating point of 4 bits.
  case float4 = "F4"

  /// The size of an element in bits.
  public var bitWidth: Int {
    switch self {
    case .float4: 4
    case .float6E2M3, .float6E3M2: 6
    case .bool, .uint8, .int8: 8
    case .float8E5M2, .float8E4M3, .float8E8M0, .float8E5M2FNUZ, .float8E4M3FNUZ: 8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .uint32, .int32, .float32: 32
    case .uint64, .int64, .float64, .complex64: 64
    }
  }

  /// The bytes that so many elements take, or nil if that overflows or is not a whole number of bytes.
  public func byteCount(shape: [Int]) -> Int? {
    guard let bits = checkedProduct(shape + [bitWidth]), bits % 8 == 0 else { return nil }
    return bits / 8
  }
}
