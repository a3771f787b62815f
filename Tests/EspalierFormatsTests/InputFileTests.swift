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

@Suite struct InputFileTests {
  let folder = TemporaryFolder()

  @Test func readsAnyPart() throws {
    let file = try InputFile(folder.file("a", [1, 2, 3, 4]))
    #expect(file.size == 4)
    #expect(try file.bytes(at: 1, count: 2) == [2, 3])
    #expect(try file.bytes(at: 4, count: 0) == [])
  }

  @Test func keepsReadingTheFileItOpened() throws {
    let path = folder.file("a", [1, 2, 3])
    let file = try InputFile(path)
    try AtomicFile.write([9, 9, 9], to: path)
    #expect(try file.bytes(at: 0, count: 3) == [1, 2, 3])
  }

  @Test func fileThatShrinksIsAnError() throws {
    let path = folder.file("a", [1, 2, 3])
    let file = try InputFile(path)
    truncate(path, 1)
    expectFormatError(place: "byte 0", expected: "3 bytes", found: "1 byte") {
      _ = try file.bytes(at: 0, count: 3)
    }
  }

  @Test func refusesWhatIsNoFile() throws {
    expectFileError(ENOENT) { _ = try InputFile(folder.path("missing")) }
    expectFileError(ENOENT) { _ = try InputFile("") }
    expectFileError(EISDIR) { _ = try InputFile(folder.path) }
    expectFileError(ENOTDIR) { _ = try InputFile(folder.file("a", []) + "/b") }
    expectFileError(EINVAL) { _ = try InputFile(folder.file("a", []) + "\0.idx") }
    mkfifo(folder.path("pipe"), 0o600)
    expectFormatError(place: "type", found: "a pipe") { _ = try InputFile(folder.path("pipe")) }
    expectFormatError(place: "type", found: "a device") { _ = try InputFile("/dev/zero") }
  }

  @Test func unreadableFileIsAnError() throws {
    let path = folder.file("a", [1])
    chmod(path, 0)
    // The superuser may read everything.
    if geteuid() != 0 { expectFileError(EACCES) { _ = try InputFile(path) } }
  }

  @Test(arguments: [false, true]) func contentsUpToAMaximum(compressed: Bool) throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let file = try InputFile(folder.file("a", compressed ? gzip(bytes) : bytes))
    #expect(try file.contents(maximumCount: bytes.count) == bytes)
    #expect(try file.contents(maximumCount: .max) == bytes)
    expectFormatError(place: "size", expected: "at most 99999 bytes") {
      _ = try file.contents(maximumCount: bytes.count - 1)
    }
  }

  @Test func emptyContents() throws {
    #expect(try InputFile(folder.file("a", [])).contents(maximumCount: 0) == [])
    #expect(try InputFile(folder.file("b", gzip([]))).contents(maximumCount: 0) == [])
  }
}
