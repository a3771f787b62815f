import EspalierFormats
import EspalierTestSupport
import Testing

@Suite struct SafetensorsValueTests {
  let folder = TemporaryFolder()

  private func file(_ type: SafetensorsType, _ bytes: [UInt8]) throws -> SafetensorsFile {
    let count = bytes.count * 8 / type.bitWidth
    let header = "{" + member("w", type.rawValue, "[\(count)]", "[0,\(bytes.count)]") + "}"
    return try SafetensorsFile(contentsOf: folder.file("a", safetensors(header) + bytes))
  }

  @Test func readsWhatTheReferenceImplementationWrote() throws {
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let file = try SafetensorsFile(contentsOf: "/\(tests)/Fixtures/safetensors/reference.safetensors")
    #expect(file.metadata == ["format": "np", "note": "quote \" line\nbreak é 😀"])
    #expect(file.entries.count == 7)
    #expect(file.entry("fc1.weight")?.shape == [2, 3])
    #expect(try file.floats("fc1.weight") == [-0.5, -0.25, 0, 0.25, 0.5, 0.75])
    #expect(try file.bools("fc1.mask") == [true, false, true, false, true, true])
    #expect(try file.floats("half") == [1.5, -2, 0x1p-24, 65504])
    #expect(file.entry("steps")?.type == .int64)
    #expect(try file.withBytes("steps") { $0.load(as: Int64.self) } == 7)
    #expect(file.entry("scalar")?.shape == [])
    #expect(try file.floats("scalar") == [0.25])
    #expect(try file.floats("empty") == [])
    #expect(file.entry("empty")?.shape == [0, 3])
    #expect(try file.bools("bytes") == [false, true, true])
  }

  @Test func everyHalfWidensExactly() throws {
    let patterns = (0...UInt16.max).map { $0 }
    let values = try file(.float16, patterns.withUnsafeBytes(Array.init)).floats("w")
    for (pattern, value) in zip(patterns, values) where value.bitPattern != halfOracle(pattern).bitPattern {
      Issue.record("pattern \(pattern): \(value)")
    }
  }

  /// IEEE 754: (-1)^s × 2^(e-15) × 1.f; e = 0: × 2^-14 × 0.f; e = 31: infinity or not a number (f kept, at
  /// the top).
  private func halfOracle(_ pattern: UInt16) -> Float {
    let (exponent, fraction) = (Int(pattern >> 10 & 31), UInt32(pattern & 1023))
    let sign: FloatingPointSign = pattern >> 15 == 1 ? .minus : .plus
    if exponent == 31 {
      return Float(bitPattern: (sign == .minus ? 0xff80_0000 : 0x7f80_0000) | fraction << 13)
    }
    let significand = Float(fraction) / 1024 + (exponent == 0 ? 0 : 1)
    return Float(sign: sign, exponent: max(exponent, 1) - 15, significand: significand)
  }

  @Test func everyBrainFloatWidensExactly() throws {
    let patterns = (0...UInt16.max).map { $0 }
    let values = try file(.bfloat16, patterns.withUnsafeBytes(Array.init)).floats("w")
    for (pattern, value) in zip(patterns, values) where value.bitPattern != UInt32(pattern) << 16 {
      Issue.record("pattern \(pattern): \(value)")
    }
  }

  @Test func readsIntoMemoryOfTheCaller() throws {
    let file = try file(.float32, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
    var values: [Float] = [9, 9, 9]
    try values.withUnsafeMutableBufferPointer { try file.readFloats("w", into: .init(rebasing: $0[1...])) }
    #expect(values == [9, 1, -2])
  }

  @Test func typesAreNotConfused() throws {
    let file = try file(.int32, [1, 0, 0, 0])
    expectFormatError(place: "tensor w", expected: "F32, F16 or BF16", found: "I32") {
      _ = try file.floats("w")
    }
    expectFormatError(place: "tensor w", expected: "BOOL or U8", found: "I32") { _ = try file.bools("w") }
    expectFormatError(place: "tensor v", expected: "a tensor of this name", found: "none among 1") {
      _ = try file.floats("v")
    }
    #expect(throws: FormatError.self) { try file.bools("v") }
    #expect(throws: FormatError.self) { try file.withBytes("v") { _ in } }
    #expect(file.entry("v") == nil)
  }

  @Test func otherTruthValuesAreRefused() throws {
    for type in [SafetensorsType.bool, .uint8] {
      let file = try file(type, [0, 1, 2, 255])
      expectFormatError(place: "tensor w, element 2", expected: "0 or 1", found: "2") {
        _ = try file.bools("w")
      }
    }
  }

  @Test func bytesAreAligned() throws {
    let file = try file(.uint8, [1, 2, 3])
    #expect(try file.withBytes("w") { Int(bitPattern: $0.baseAddress) % 64 } == 0)
  }
}
