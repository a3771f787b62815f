import EspalierFormats
import EspalierTestSupport
import Testing

@Suite struct IDXTests {
  let folder = TemporaryFolder()

  private func read(_ bytes: [UInt8], compressed: Bool = false) throws -> IDXArray {
    try IDXArray(contentsOf: folder.file("a", compressed ? gzip(bytes) : bytes))
  }

  private func header(_ sizes: [UInt32]) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 8, UInt8(sizes.count)]
    for size in sizes { bytes += withUnsafeBytes(of: size.bigEndian, Array.init) }
    return bytes
  }

  @Test(arguments: [[3], [2, 3], [4, 28, 28], [1, 2, 3, 4], [0], [5, 0, 2], [300, 2]])
  func roundTrip(dimensions: [Int]) throws {
    let count = dimensions.reduce(1, *)
    let array = IDXArray(dimensions: dimensions, bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0) })
    let path = folder.path("a")
    try array.write(to: path)
    #expect(try IDXArray(contentsOf: path) == array)
    #expect(contents(path) == header(dimensions.map(UInt32.init)) + array.bytes)
    #expect(try read(contents(path)!, compressed: true) == array)
  }

  @Test func compressionIsToldByContent() throws {
    let path = folder.file("plain.gz", header([2]) + [1, 2])
    #expect(try IDXArray(contentsOf: path).bytes == [1, 2])
  }

  @Test func gzipMembersMakeOneArray() throws {
    let path = folder.file("a.gz", gzip(header([3]) + [1]) + gzip([2, 3]))
    #expect(try IDXArray(contentsOf: path).bytes == [1, 2, 3])
  }

  @Test(arguments: [false, true]) func everyOtherLengthIsAnError(compressed: Bool) {
    let bytes = header([2, 3]) + [1, 2, 3, 4, 5, 6]
    for count in 0..<bytes.count {
      expectFormatError { _ = try read(Array(bytes[..<count]), compressed: compressed) }
    }
    for extra in 1...3 {
      expectFormatError(place: "elements", expected: "6 bytes for 2 × 3") {
        _ = try read(bytes + Array(repeating: 0, count: extra), compressed: compressed)
      }
    }
  }

  @Test func lengthsAreInTheError() {
    expectFormatError(place: "elements", expected: "6 bytes for 2 × 3", found: "4 bytes") {
      _ = try read(header([2, 3]) + [1, 2, 3, 4])
    }
    expectFormatError(place: "elements", expected: "6 bytes for 2 × 3", found: "8 bytes") {
      _ = try read(header([2, 3]) + [1, 2, 3, 4, 5, 6, 7, 8])
    }
    expectFormatError(place: "header, byte 8", expected: "4 bytes", found: "3 bytes") {
      _ = try read(header([2, 3]).dropLast())
    }
    expectFormatError(place: "header, byte 0", expected: "4 bytes", found: "0 bytes") { _ = try read([]) }
  }

  @Test func wrongMagicNamesTheByte() {
    expectFormatError(place: "byte 0", found: "89 50") { _ = try read([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]) }
    expectFormatError(place: "byte 2", found: "0d (float)") { _ = try read([0, 0, 0x0d, 1, 0, 0, 0, 0]) }
    expectFormatError(place: "byte 2", found: "01 (unknown)") { _ = try read([0, 0, 1, 1, 0, 0, 0, 0]) }
    expectFormatError(place: "byte 3", found: "0") { _ = try read([0, 0, 8, 0]) }
    expectFormatError(place: "byte 3", found: "5") { _ = try read(header([1, 1, 1, 1, 1]) + [0]) }
  }

  @Test(arguments: [false, true]) func hugeSizesAllocateNothing(compressed: Bool) {
    let most = UInt32.max
    for sizes in [
      [most], [most, 1 << 31], [most, most, most], [1 << 31, 1 << 31, 2], [most, most, most, most],
    ] {
      expectFormatError { _ = try read(header(sizes) + [1, 2, 3], compressed: compressed) }
    }
    expectFormatError(place: "sizes", expected: "an array that fits in memory") {
      _ = try read(header([most, most, most]), compressed: compressed)
    }
  }

  @Test func zeroBesideHugeSizesIsEmpty() throws {
    #expect(try read(header([.max, .max, .max, 0])).bytes.isEmpty)
  }

  @Test func bombBehindASmallHeaderIsAnError() {
    let bomb = header([10]) + [UInt8](repeating: 0, count: 1 << 24)
    expectFormatError(place: "elements", expected: "10 bytes for 10", found: "more") {
      _ = try read(bomb, compressed: true)
    }
  }

  @Test func arrayThatIsCountedBeforeItIsKept() throws {
    // Above the size up to which a compressed file is believed.
    let count = 1 << 26 + 1
    let bytes = gzip(header([UInt32(count)]) + [UInt8](repeating: 5, count: count))
    let array = try IDXArray(contentsOf: folder.file("a", bytes))
    #expect(array.dimensions == [count])
    #expect(array.bytes.count == count)
    #expect(array.bytes.last == 5)
  }

  @Test func notAFile() {
    expectFileError(2) { _ = try IDXArray(contentsOf: folder.path("missing")) }
    #expect(throws: FileError.self) { try IDXArray(contentsOf: folder.path) }
  }

  @Test(arguments: [false, true]) func damagedFilesNeverTrap(compressed: Bool) throws {
    let seed: UInt64 = 20
    var generator = SeededGenerator(seed: seed)
    let valid = header([2, 3, 4]) + (0..<24).map { $0 }
    let array = try read(valid)
    let file = compressed ? gzip(valid) : valid
    for round in 0..<2000 {
      let path = folder.file("a", mutated(file, using: &generator))
      do {
        let result = try IDXArray(contentsOf: path)
        #expect(result.bytes.count == result.dimensions.reduce(1, *), "seed \(seed), round \(round)")
        if compressed { #expect(result == array, "seed \(seed), round \(round)") }
      } catch {
        #expect(error is FormatError, "seed \(seed), round \(round): \(error)")
      }
    }
  }
}
