import EspalierFormats
import EspalierTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct SafetensorsHeaderTests {
  let folder = TemporaryFolder()

  private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
    try SafetensorsFile(contentsOf: folder.file("a.safetensors", bytes))
  }

  /// Opens a file of these members with so many bytes of data.
  private func open(_ members: String..., data count: Int = 4) throws -> SafetensorsFile {
    try open(safetensors("{" + members.joined(separator: ",") + "}", data: count))
  }

  @Test func smallestFiles() throws {
    #expect(try open(safetensors("{}")).entries.isEmpty)
    #expect(try open(safetensors("{}   \n\t\r")).entries.isEmpty)
    let one = try open("\"__metadata__\":{\"a\":\"b\"}", member("w"))
    #expect(one.metadata == ["a": "b"])
    #expect(one.names == ["w"])
    #expect(one.entry("w")?.type == .float32)
    #expect(one.entry("w")?.shape == [1])
    #expect(one.entry("w")?.byteRange == 0..<4)
  }

  @Test func everyTypeIsKnown() throws {
    for type in SafetensorsType.allCases {
      // Eight elements are a whole number of bytes for every type.
      let file = try open(member("w", type.rawValue, "[2,4]", "[0,\(type.bitWidth)]"), data: type.bitWidth)
      #expect(file.entry("w")?.type == type)
      #expect(file.entry("w")?.count == 8)
    }
  }

  @Test func tensorsComeInTheOrderOfTheirData() throws {
    let file = try open(
      member("c", "U8", "[2]", "[2,4]"), member("z", "U8", "[0]", "[2,2]"), member("a", "U8", "[2]", "[0,2]"),
      member("y", "F32", "[3,0]", "[2,2]"))
    #expect(file.names == ["a", "z", "y", "c"])
    #expect(try file.withBytes("c", Array.init) == [2, 3])
  }

  @Test func membersNobodyKnowsAreReadOver() throws {
    let extra =
      #""x":{"a":[1,-2.5e+3,true,false,null,"\u00e9",{}]},"dtype":"F32","shape":[1],"data_offsets":[0,4]"#
    #expect(try open("\"w\":{\(extra)}").names == ["w"])
  }

  @Test func escapesInNames() throws {
    let file = try open(member(#"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00é😀"#))
    #expect(file.names == ["\"\\/\u{8}\u{c}\n\r\tA😀é😀"])
  }
}

// MARK: What is refused

extension SafetensorsHeaderTests {
  @Test func headerLengthThatLies() {
    expectFormatError(place: "header length", expected: "8 bytes", found: "0 bytes") { _ = try open([]) }
    expectFormatError(place: "header length", expected: "8 bytes", found: "7 bytes") {
      _ = try open([2, 0, 0, 0, 0, 0, 0])
    }
    for length in [3, 1 << 31, 1 << 40, 1 << 63, .max, .max - 7] as [UInt64] {
      let bytes = withUnsafeBytes(of: length.littleEndian, Array.init) + Array("{}".utf8)
      expectFormatError(
        place: "header length", expected: "at most the 2 bytes that follow", found: "\(length)"
      ) { _ = try open(bytes) }
    }
    expectFormatError(place: "header, byte 0", found: "the end") { _ = try open(safetensors("")) }
    expectFormatError(place: "header, byte 1") { _ = try open([1, 0, 0, 0, 0, 0, 0, 0] + "{}".utf8) }
  }

  @Test func headerOver100MegabytesIsRefused() throws {
    let length = withUnsafeBytes(of: UInt64(100_000_001).littleEndian, Array.init)
    let path = folder.file("large", length)
    // Sparse: the hundred million zeros take no room on the disk.
    truncate(path, 8 + 100_000_001)
    expectFormatError(place: "header length", expected: "at most 100000000", found: "100000001") {
      _ = try SafetensorsFile(contentsOf: path)
    }
  }

  @Test func everyTruncationIsAnError() throws {
    let bytes = safetensors("{" + member("a") + "," + member("b", "U8", "[2]", "[4,6]") + "}", data: 6)
    _ = try open(bytes)
    for count in 0..<bytes.count {
      expectFormatError { _ = try open(Array(bytes[..<count])) }
    }
    expectFormatError(place: "data", expected: "6 bytes, the end of the last tensor", found: "7 bytes") {
      _ = try open(bytes + [0])
    }
  }

  @Test(arguments: [
    "[]", "null", "1", " {}", "\u{feff}{}", "{", "{}}", "{},", "{\"a\"}", "{\"a\":}", "{,}", "{'a':1}", "{}x",
    "{\"w\":1}", "{\"w\":[]}", "{\"w\":{}}", "{\"w\":{},}", "{\"__metadata__\":null}",
    "{\"__metadata__\":[]}",
    "{\"__metadata__\":{\"a\":1}}", "{\"__metadata__\":{\"a\":{}}}", "{\"__metadata__\":{\"a\":\"b\",}}",
    "{\"__metadata__\":{\"a\":\"b\"},\"__metadata__\":{}}", "{\"__metadata__\":{\"a\":\"b\",\"a\":\"b\"}}",
    "{\"a\nb\":1}", "{\"a\\x\":1}", "{\"\\ud800\":1}", "{\"\\udc00\":1}", "{\"\\ud800\\u0041\":1}",
    "{\"\\u00g0\":1}",
    "{\"\\u+123\":1}", "{\"\\u12", "{\"\\", "{\"a",
  ])
  func otherJSONIsRefused(header: String) {
    expectFormatError { _ = try open(safetensors(header)) }
  }

  @Test(arguments: [
    "tru", "nul", "01", "-", "-01", "1.", ".5", "1e", "1e+", "+1", "NaN", "Infinity", "0x1", "[1,]", "[,]",
    "[1 2]",
    "{\"a\":1,\"a\":1}", "\"\u{1}\"", "//", "",
  ])
  func syntaxIsCheckedEvenWhereItIsReadOver(value: String) {
    expectFormatError {
      _ = try open("\"w\":{\"x\":\(value),\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}")
    }
  }

  @Test func invalidUTF8IsRefused() {
    for bytes in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]
      as [[UInt8]]
    {
      let header = Array("{\"".utf8) + bytes + Array(member("\"").dropFirst(3).utf8) + Array("}".utf8)
      expectFormatError(expected: "valid UTF-8") { _ = try open(safetensors(header, data: 4)) }
      expectFormatError { _ = try open(safetensors(Array("{".utf8) + bytes + Array("}".utf8))) }
    }
  }

  @Test func depthIsLimited() throws {
    func nested(_ depth: Int) -> String {
      let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      return "\"w\":{\"x\":\(value),\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"
    }
    _ = try open(nested(64))
    expectFormatError(expected: "values at most 64 deep") { _ = try open(nested(65)) }
    expectFormatError { _ = try open(nested(1_000_000)) }
    expectFormatError { _ = try open(safetensors(String(repeating: "{\"a\":", count: 100_000))) }
  }

  @Test func equalKeysAreRefused() {
    expectFormatError(expected: "one member \"w\" in the header", found: "a second one") {
      _ = try open(member("w"), member("w"))
    }
    expectFormatError(expected: "one member \"w\" in the header") {
      _ = try open(member("w"), member("\\u0077"))
    }
    expectFormatError(expected: "one member \"shape\" in tensor w") {
      _ = try open("\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}")
    }
  }

  @Test func missingMembersAreNamed() {
    expectFormatError(place: "tensor w", expected: "a dtype", found: "none") {
      _ = try open("\"w\":{\"shape\":[1]}")
    }
    expectFormatError(place: "tensor w", expected: "a shape", found: "none") {
      _ = try open("\"w\":{\"dtype\":\"U8\"}")
    }
    expectFormatError(place: "tensor w", expected: "two data_offsets", found: "0") {
      _ = try open("\"w\":{\"dtype\":\"U8\",\"shape\":[1]}")
    }
    expectFormatError(place: "tensor w", expected: "two data_offsets", found: "1") {
      _ = try open(member("w", "U8", "[1]", "[0]"))
    }
    expectFormatError(place: "tensor w", expected: "a known dtype", found: "f32") {
      _ = try open(member("w", "f32"))
    }
  }

  @Test(arguments: [
    "-1", "1.0", "1e0", "1E1", "01", "9223372036854775808", "99999999999999999999999999", "null", "\"1\"",
    "[1]",
    "true", ",",
  ])
  func sizesAreWholeNumbers(number: String) {
    expectFormatError { _ = try open(member("w", "U8", "[\(number)]", "[0,1]"), data: 1) }
    expectFormatError { _ = try open(member("w", "U8", "[0]", "[0,\(number)]"), data: 0) }
  }

  @Test func hugeShapesDoNotOverflow() {
    for shape in ["[9223372036854775807]", "[4294967296,4294967296]", "[4611686018427387904,4,3]"] {
      expectFormatError(place: "tensor w", expected: "a size that fits in memory") {
        _ = try open(member("w", "F32", shape))
      }
    }
    expectFormatError(place: "tensor w") {
      _ = try open(member("w", "F32", "[1099511627776]", "[0,4398046511104]"))
    }
    let ranks = "[" + Array(repeating: "1", count: 65).joined(separator: ",") + "]"
    expectFormatError(expected: "at most 64 numbers in shape") { _ = try open(member("w", "F32", ranks)) }
    expectFormatError(expected: "a size that fits in memory") {
      _ = try open(member("w", "F4", "[3]", "[0,2]"), data: 2)
    }
  }

  @Test func shapeAndOffsetsAgree() {
    expectFormatError(
      place: "tensor w", expected: "8 bytes for F32 of shape [2]", found: "4 bytes in data_offsets [0, 4]"
    ) { _ = try open(member("w", "F32", "[2]")) }
    expectFormatError(expected: "data_offsets in order", found: "[4, 0]") {
      _ = try open(member("w", "F32", "[1]", "[4,0]"))
    }
  }

  @Test func dataIsCoveredOnceAndWhole() {
    expectFormatError(place: "tensor b", found: "2, an overlap") {
      _ = try open(member("a"), member("b", "F32", "[1]", "[2,6]"), data: 6)
    }
    expectFormatError(place: "tensor b", found: "0, an overlap") { _ = try open(member("a"), member("b")) }
    expectFormatError(place: "tensor b", found: "5, a hole") {
      _ = try open(member("a"), member("b", "F32", "[1]", "[5,9]"), data: 9)
    }
    expectFormatError(place: "tensor a", found: "4, a hole") {
      _ = try open(member("a", "F32", "[1]", "[4,8]"), data: 8)
    }
    expectFormatError(place: "tensor a", expected: "offsets within the 3 bytes of data") {
      _ = try open(member("a"), data: 3)
    }
    expectFormatError(place: "data", expected: "4 bytes, the end of the last tensor", found: "5 bytes") {
      _ = try open(member("a"), data: 5)
    }
  }

  @Test func notAFile() {
    expectFileError(2) { _ = try SafetensorsFile(contentsOf: folder.path("missing")) }
    #expect(throws: FileError.self) { try SafetensorsFile(contentsOf: folder.path) }
  }
}
