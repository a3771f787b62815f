import EspalierFormats
import EspalierTestSupport
import Testing

@Suite struct GzipTests {
  let folder = TemporaryFolder()

  private func contents(_ bytes: [UInt8], maximumCount: Int = 1 << 20) throws -> [UInt8] {
    try InputFile(folder.file("a.gz", bytes)).contents(maximumCount: maximumCount)
  }

  @Test func membersFollowEachOther() throws {
    #expect(try contents(gzip([1, 2]) + gzip([]) + gzip([3])) == [1, 2, 3])
  }

  @Test func membersAcrossPiecesOfInput() throws {
    // Incompressible, so that the border between members falls at many places of the input buffer.
    var generator = SeededGenerator(seed: 1)
    let parts = (0..<5).map { part in
      (0..<40_000 + part).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
    #expect(try contents(parts.flatMap(gzip)) == parts.flatMap { $0 })
  }

  @Test func everyTruncationIsAnError() {
    let bytes = gzip(Array("some bytes, some more bytes".utf8))
    for count in 2..<bytes.count {
      expectFormatError(expected: "the rest of a gzip stream", found: "the end of the file") {
        _ = try contents(Array(bytes[..<count]))
      }
      expectFormatError(expected: "the rest of a gzip stream", found: "the end of the file") {
        _ = try contents(gzip([7]) + bytes[..<count])
      }
    }
  }

  @Test func damageIsAnErrorOrHarmless() throws {
    let content = Array("some bytes, some more bytes".utf8)
    let bytes = gzip(content)
    for index in 2..<bytes.count {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        // Bits that nobody reads (time, system, padding) may change without harm.
        if let result = try? contents(damaged) { #expect(result == content, "bit \(bit) of byte \(index)") }
      }
    }
  }

  @Test func checksumAndLengthAreCompared() {
    let bytes = gzip(Array(0..<100))
    for offset in 1...8 {
      var damaged = bytes
      damaged[bytes.count - offset] ^= 1
      expectFormatError(
        expected: "a valid gzip stream", found: offset > 4 ? "incorrect data check" : "incorrect length check"
      ) { _ = try contents(damaged) }
    }
  }

  @Test(arguments: [[0], [0x1f], [0x1f, 0x8b], [0x1f, 0, 0], [1, 2, 3, 4]] as [[UInt8]])
  func garbageAfterTheEndIsAnError(garbage: [UInt8]) {
    expectFormatError { _ = try contents(gzip([1, 2]) + garbage) }
  }

  @Test func bombStopsAtTheMaximum() throws {
    let bomb = gzip([UInt8](repeating: 0, count: 1 << 24))
    #expect(bomb.count < 1 << 15)
    expectFormatError(place: "size", found: "more after decompression") {
      _ = try contents(bomb, maximumCount: 1000)
    }
  }
}
