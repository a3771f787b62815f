import EspalierFormats
import Testing

@Suite struct ErrorTests {
  @Test func formatErrorIsOneLineOfFourParts() {
    let error = FormatError(file: "a.idx", place: "byte 8", expected: "4 bytes", found: "2 bytes")
    #expect(error.description == "a.idx: byte 8: expected 4 bytes, found 2 bytes")
  }

  @Test func fileErrorSaysWhatCouldNotBeDone() {
    let error = FileError(path: "a.idx", operation: "open", code: 2)
    #expect(error.description == "a.idx: cannot open: No such file or directory")
  }

  @Test func hostileNamesCannotForgeLines() {
    let name = "w\n\u{1b}[2J\u{202e}\u{2028}\r"
    let error = FormatError(file: name, place: "tensor \(name)", expected: "x", found: name)
    let text = error.description
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x2000 })
    #expect(text.hasPrefix("w\\u{a}\\u{1b}[2J\\u{202e}\\u{2028}\\u{d}: "))
  }

  @Test func longPartsAreShortened() {
    let error = FormatError(
      file: "f", place: String(repeating: "n", count: 1_000_000), expected: "x", found: "y")
    #expect(error.description.count < 400)
    #expect(error.place.count == 1_000_000)
  }
}
