internal import EspalierTensors

/// How a compact file stores the values of survivors.
public enum CompactValues: Sendable, Hashable, CaseIterable {
  /// IEEE 754 single precision, bit for bit.
  case float32
  /// IEEE 754 half precision, rounded to nearest, ties to even: 11 significant bits, magnitudes below 65520.
  case float16
  /// bfloat16, rounded to nearest, ties to even: 8 significant bits, the range of single precision.
  case bfloat16

  var type: SafetensorsType {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    }
  }

  /// Throws if a finite value would become infinite.
  func requireRange(of values: Tensor) throws(CodingFault) {
    guard let (narrow, widen) = conversion else { return }
    try values.withUnsafeValues { (values) throws(CodingFault) in
      for value in values where value.isFinite && widen(narrow(value)).isInfinite {
        throw CodingFault(expected: "values in the range of \(type.rawValue)", found: "\(value)")
      }
    }
  }

  /// Hands the values to the sink, 16-bit ones piece by piece.
  func write(_ values: [Float], to sink: SafetensorsWriter.Sink) throws {
    guard let (narrow, _) = conversion else { return try values.withUnsafeBytes(sink) }
    let pieceLength = 1 << 15
    for first in stride(from: 0, to: values.count, by: pieceLength) {
      let piece = values[first..<min(first + pieceLength, values.count)].map(narrow)
      try piece.withUnsafeBytes(sink)
    }
  }

  /// To 16 bits and back.
  private var conversion: (narrow: (Float) -> UInt16, widen: (UInt16) -> Float)? {
    switch self {
    case .float32: nil
    case .float16: (narrowedHalf, widenedHalf)
    case .bfloat16: (narrowedBrain, widenedBrain)
    }
  }
}
