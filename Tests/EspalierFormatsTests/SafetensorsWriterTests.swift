import EspalierFormats
import EspalierTestSupport
import Testing

@Suite struct SafetensorsWriterTests {
  let folder = TemporaryFolder()

  private func sample() -> SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: ["z": "1", "a": "é\n\"\\\u{1}", "Z": ""])
    writer.add("b.weight", [1, -2, .infinity, .nan, 0x1p-149, -0.0], shape: [2, 3])
    writer.add("mask", [true, false, true], shape: [3])
    writer.add("a \"name\"\n", [0.5], shape: [])
    writer.add("half", [0, 0x3c, 0, 0xc0], type: .float16, shape: [2])
    writer.add("step", [7, 0, 0, 0, 0, 0, 0, 0], type: .int64, shape: [1])
    writer.add("empty", [Float](), shape: [0, 3])
    return writer
  }

  @Test func roundTrip() throws {
    let path = folder.path("a")
    try sample().write(to: path)
    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.metadata == sample().metadata)
    #expect(file.names == ["step", "b.weight", "a \"name\"\n", "empty", "half", "mask"])
    let weights = try file.floats("b.weight")
    let expected: [Float] = [1, -2, .infinity, .nan, 0x1p-149, -0.0]
    #expect(weights.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(file.entry("b.weight")?.shape == [2, 3])
    #expect(try file.bools("mask") == [true, false, true])
    #expect(try file.floats("a \"name\"\n") == [0.5])
    #expect(try file.floats("half") == [1, -2])
    #expect(file.entry("empty")?.shape == [0, 3])
    #expect(folder.names == ["a"])
  }

  @Test func bytesAreFixed() throws {
    var writer = SafetensorsWriter(metadata: ["b": "2", "a": "1"])
    writer.add("m", [true], shape: [1])
    writer.add("w", [1], shape: [1, 1])
    try writer.write(to: folder.path("a"))
    let header =
      #"{"__metadata__":{"a":"1","b":"2"},"w":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"#
      + #""m":{"dtype":"BOOL","shape":[1],"data_offsets":[4,5]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(contents(folder.path("a")) == safetensors(padded) + [0, 0, 0x80, 0x3f, 1])
  }

  @Test func sameTensorsMakeTheSameFile() throws {
    try sample().write(to: folder.path("a"))
    for _ in 0..<3 {
      try sample().write(to: folder.path("b"))
      #expect(contents(folder.path("a")) == contents(folder.path("b")))
    }
  }

  @Test func dataStartsAtAMultipleOfEight() throws {
    for length in 0..<9 {
      var writer = SafetensorsWriter()
      writer.add(String(repeating: "n", count: length), [1], shape: [1])
      try writer.write(to: folder.path("a"))
      #expect(contents(folder.path("a"))!.count % 8 == 4)
    }
  }

  @Test func nothingIsAFileToo() throws {
    try SafetensorsWriter().write(to: folder.path("a"))
    #expect(contents(folder.path("a")) == safetensors("{}      "))
    #expect(try SafetensorsFile(contentsOf: folder.path("a")).names == [])
  }

  @Test func piecesAreJoined() throws {
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
    var writer = SafetensorsWriter()
    writer.add("w", type: .uint8, shape: [bytes.count]) { sink in
      try bytes.withUnsafeBytes { buffer in
        for (begin, end) in [(0, 0), (0, 1), (1, 70_000), (70_000, 70_100), (70_100, 300_000)] {
          try sink(.init(rebasing: buffer[begin..<end]))
        }
      }
    }
    try writer.write(to: folder.path("a"))
    #expect(try SafetensorsFile(contentsOf: folder.path("a")).withBytes("w", Array.init) == bytes)
  }

  @Test func errorOfATensorKeepsTheOldFile() throws {
    struct Refusal: Error {}
    let path = folder.file("a", [1, 2, 3])
    var writer = sample()
    writer.add("late", type: .uint8, shape: [100_000]) { sink in
      try [UInt8](repeating: 0, count: 99_999).withUnsafeBytes(sink)
      throw Refusal()
    }
    #expect(throws: Refusal.self) { try writer.write(to: path) }
    #expect(contents(path) == [1, 2, 3])
    #expect(folder.names == ["a"])
  }

  @Test func mistakesOfTheProgramTrap() async {
    await #expect(processExitsWith: .failure) {
      var writer = SafetensorsWriter()
      writer.add("w", [1, 2], shape: [2])
      writer.add("w", [1, 2], shape: [2])
    }
    await #expect(processExitsWith: .failure) {
      var writer = SafetensorsWriter()
      writer.add("w", [1, 2], shape: [3])
    }
    await #expect(processExitsWith: .failure) {
      var writer = SafetensorsWriter()
      writer.add("__metadata__", [1], shape: [1])
    }
    await #expect(processExitsWith: .failure) {
      var writer = SafetensorsWriter()
      writer.add("w", type: .uint8, shape: [3]) { sink in try [UInt8]([1, 2]).withUnsafeBytes(sink) }
      try writer.write(to: "/dev/null")
    }
  }
}

@Suite struct SafetensorsFuzzTests {
  let folder = TemporaryFolder()

  @Test func damagedFilesNeverTrap() throws {
    let seed: UInt64 = 11
    var generator = SeededGenerator(seed: seed)
    var writer = SafetensorsWriter(metadata: ["recipe": "one-shot \u{e9}"])
    writer.add("w", [1, 2, 3, 4, 5, 6], shape: [2, 3])
    writer.add("h", [0, 0x3c], type: .float16, shape: [1])
    writer.add("m", [true, false], shape: [2])
    writer.add("e", [Float](), shape: [0])
    try writer.write(to: folder.path("valid"))
    let valid = contents(folder.path("valid"))!
    for round in 0..<3000 {
      let path = folder.file("a", mutated(valid, using: &generator))
      do { try readEverything(path) } catch {
        #expect(error is FormatError, "seed \(seed), round \(round): \(error)")
      }
    }
  }

  /// Whatever opens must be consistent: each tensor reads, as long as its shape says.
  private func readEverything(_ path: String) throws {
    let file = try SafetensorsFile(contentsOf: path)
    for entry in file.entries {
      #expect(entry.count == entry.shape.reduce(1, *))
      let size = try file.withBytes(entry.name) { $0.count }
      #expect(size == entry.byteRange.count)
      if let values = try? file.floats(entry.name) { #expect(values.count == entry.count) }
      if let values = try? file.bools(entry.name) { #expect(values.count == entry.count) }
    }
  }
}
