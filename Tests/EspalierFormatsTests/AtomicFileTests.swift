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

@Suite struct AtomicFileTests {
  struct Refusal: Error {}
  let folder = TemporaryFolder()

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    lstat(path, &status)
    return status.st_mode
  }

  @Test func makesAFile() throws {
    let path = folder.path("a")
    try AtomicFile.write(to: path) { output in
      try output.write("é")
      try output.write([1, 2])
      #expect(output.byteCount == 4)
      #expect(folder.names != ["a"], "nothing is at the path before the end")
    }
    #expect(contents(path) == [0xc3, 0xa9, 1, 2])
    #expect(folder.names == ["a"])
  }

  @Test func emptyAndLargeFiles() throws {
    try AtomicFile.write([], to: folder.path("a"))
    #expect(contents(folder.path("a")) == [])
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    try AtomicFile.write(to: folder.path("a")) { output in
      for part in stride(from: 0, to: bytes.count, by: 999) {
        try output.write(Array(bytes[part..<min(part + 999, bytes.count)]))
      }
      try output.write(bytes)
    }
    #expect(contents(folder.path("a")) == bytes + bytes)
  }

  @Test func readersOfTheOldFileKeepIt() throws {
    let path = folder.file("a", [1, 2, 3])
    let old = fopen(path, "rb")
    defer { fclose(old) }
    try AtomicFile.write([9], to: path)
    #expect(getc(old) == 1)
    #expect(contents(path) == [9])
  }

  #if os(Linux)
    /// What has no name goes with its process, however that ends. (So it is on the file systems of temporary folders.)
    @Test func nothingIsInTheFolderBeforeTheEnd() throws {
      let path = folder.file("a", [1, 2, 3])
      try AtomicFile.write(to: path) { output in
        try output.write([UInt8](repeating: 9, count: 200_000))
        #expect(folder.names == ["a"])
        #expect(contents(path) == [1, 2, 3])
      }
      #expect(contents(path)?.count == 200_000 && folder.names == ["a"])
    }
  #endif

  @Test func newFilesGetTheUsualPermissions() throws {
    try AtomicFile.write([1], to: folder.path("a"))
    #expect(mode(folder.path("a")) == mode(folder.file("b", [1])))
  }

  @Test func errorKeepsTheOldFileAndLeavesNothing() throws {
    let path = folder.file("a", [1, 2, 3])
    #expect(throws: Refusal.self) {
      try AtomicFile.write(to: path) { output in
        try output.write([UInt8](repeating: 0, count: 100_000))
        throw Refusal()
      }
    }
    #expect(contents(path) == [1, 2, 3])
    #expect(folder.names == ["a"])
    #expect(throws: Refusal.self) { try AtomicFile.write(to: folder.path("new")) { _ in throw Refusal() } }
    #expect(folder.names == ["a"])
  }

  @Test func permissionsStay() throws {
    let path = folder.file("a", [1])
    chmod(path, 0o640)
    try AtomicFile.write([2], to: path)
    #expect(mode(path) & 0o777 == 0o640)
  }

  @Test func symbolicLinkStays() throws {
    _ = folder.file("real", [1])
    symlink("real", folder.path("link"))
    try AtomicFile.write([2], to: folder.path("link"))
    #expect(mode(folder.path("link")) & S_IFMT == S_IFLNK)
    #expect(contents(folder.path("real")) == [2])
    #expect(folder.names == ["link", "real"])
  }

  @Test func refusesWhatIsNoPlaceForAFile() throws {
    expectFileError(ENOENT) { try AtomicFile.write([1], to: "") }
    expectFileError(ENOENT) { try AtomicFile.write([1], to: folder.path("missing/a")) }
    expectFileError(EISDIR) { try AtomicFile.write([1], to: folder.path) }
    expectFileError(EISDIR) { try AtomicFile.write([1], to: folder.path("new/")) }
    expectFileError(ENOTDIR) { try AtomicFile.write([1], to: folder.file("a", []) + "/b") }
    expectFileError(EINVAL) { try AtomicFile.write([1], to: folder.path("a\0b")) }
    expectFileError(ENAMETOOLONG) {
      try AtomicFile.write([1], to: folder.path(String(repeating: "n", count: 300)))
    }
    #expect(folder.names == ["a"])
  }

  @Test func longestNameWorks() throws {
    let path = folder.path(String(repeating: "n", count: 255))
    try AtomicFile.write([1], to: path)
    #expect(contents(path) == [1])
  }

  @Test func protectedPlacesAreErrors() throws {
    // The superuser may write everything.
    guard geteuid() != 0 else { return }
    let path = folder.file("a", [1])
    chmod(path, 0o444)
    expectFileError(EACCES) { try AtomicFile.write([2], to: path) }
    chmod(folder.path, 0o500)
    defer { chmod(folder.path, 0o700) }
    expectFileError(EACCES) { try AtomicFile.write([2], to: folder.path("new")) }
    #expect(contents(path) == [1])
  }

  @Test func devicesAreWrittenNotReplaced() throws {
    try AtomicFile.write([1, 2, 3], to: "/dev/null")
    #expect(mode("/dev/null") & S_IFMT == S_IFCHR)
  }

  @Test(.enabled(if: access("/dev/full", W_OK) == 0)) func fullDiskIsAnError() {
    expectFileError(ENOSPC) { try AtomicFile.write([1], to: "/dev/full") }
    expectFileError(ENOSPC) {
      try AtomicFile.write(to: "/dev/full") { output in
        try output.write([UInt8](repeating: 0, count: 1 << 20))
        Issue.record("a large piece goes straight out")
      }
    }
  }

  @Test func manyWritersLeaveOneWholeFile() async throws {
    let path = folder.path("a")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask { try AtomicFile.write([UInt8](repeating: UInt8(writer), count: 10_000), to: path) }
      }
      try await group.waitForAll()
    }
    let bytes = contents(path)!
    #expect(bytes.count == 10_000)
    #expect(bytes.allSatisfy { $0 == bytes[0] })
    #expect(folder.names == ["a"])
  }
}
