import EspalierFormats
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

/// A compact file of a 2 × 3 matrix, put together from parts that need not fit.
struct ForgedFile: Sendable, CustomTestStringConvertible {
  var entry = #""shape":[2,3],"coding":"bitmap""#
  var values: [Float] = [1, 2]
  var positions: [UInt8] = [0b000101]
  var metadata: String?
  var extra: String?
  var place = "tensor fc.weight.positions"

  var testDescription: String { "\(metadata ?? entry) \(values) \(positions) \(extra ?? "")" }

  static func rice(_ bits: Int, _ positions: [UInt8], values: [Float] = [1, 2]) -> ForgedFile {
    ForgedFile(entry: #""shape":[2,3],"coding":"rice","bits":\#(bits)"#, values: values, positions: positions)
  }

  func write(to path: String) throws {
    let plain = path + ".plain"
    try NetworkFile(network(Parameter(Tensor(zeros: [2, 3]), role: .weight))).write(to: plain)
    let architecture = try SafetensorsFile(contentsOf: plain).metadata["espalier.architecture"]!
    var writer = SafetensorsWriter(metadata: [
      "espalier.architecture": architecture, "espalier.compact": metadata ?? #"{"fc.weight":{\#(entry)}}"#,
    ])
    writer.add("fc.weight.values", values, shape: [values.count])
    writer.add("fc.weight.positions", positions, type: .uint8, shape: [positions.count])
    if let extra { writer.add(extra, [UInt8](), type: .uint8, shape: [0]) }
    try writer.write(to: path)
  }
}

@Suite struct HostileFileTests {
  let folder = TemporaryFolder()

  @Test func soundForgeriesAreRead() throws {
    // Row-major positions 0 and 2, or gaps of 0 and 1.
    let files = [
      ForgedFile(), .rice(0, [0b101]), .rice(1, [0b1101]),
      .rice(42, [1, 0, 0, 0, 0, 0b11000, 0, 0, 0, 0, 0]),
    ]
    for file in files {
      try file.write(to: folder.path("sound"))
      let values = weight(try NetworkFile(contentsOf: folder.path("sound")).network).values.values
      #expect(values == [1, 0, 2, 0, 0, 0], "\(file.testDescription)")
    }
  }

  @Test(arguments: [
    // Bitmaps: too long, too short, a bit beyond the last position, more and fewer bits than values.
    ForgedFile(positions: [0b101, 0]), ForgedFile(positions: []), ForgedFile(positions: [0b1000001]),
    ForgedFile(positions: [0b111]), ForgedFile(positions: [0b100]),
    ForgedFile(values: [Float](repeating: 1, count: 7), positions: [0b1111111]),
    // Gaps: beyond the matrix, far beyond it, ended early, within low bits, bits and bytes left over.
    .rice(0, [0b1000001]), .rice(0, [1, 0, 0, 1]), .rice(42, [0b10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    .rice(0, [0b100]), .rice(8, [0b10001]), .rice(0, []), .rice(0, [0b1101]), .rice(0, [0b101, 0]),
    .rice(0, [0b111111, 1], values: [Float](repeating: 1, count: 7)),
    // Parameters of the coding, shapes.
    .rice(43, [0b101]), .rice(-1, [0b101]), ForgedFile(entry: #""shape":[2,3],"coding":"rice""#),
    ForgedFile(entry: #""shape":[2,3],"coding":"bitmap","bits":1"#),
    ForgedFile(entry: #""shape":[3,2],"coding":"bitmap""#),
    ForgedFile(entry: #""shape":[6],"coding":"bitmap""#),
    ForgedFile(entry: #""shape":[2,-3],"coding":"bitmap""#),
    // Metadata that are none, describe nothing that is there, or leave tensors over.
    ForgedFile(entry: #""shape":[2,3],"coding":"huffman""#, place: "metadata espalier.compact"),
    ForgedFile(entry: #""coding":"bitmap""#, place: "metadata espalier.compact"),
    ForgedFile(entry: #""shape":[2,1e99],"coding":"bitmap""#, place: "metadata espalier.compact"),
    ForgedFile(metadata: "[]", place: "metadata espalier.compact"),
    ForgedFile(metadata: "{}", place: "tensor fc.weight"),
    ForgedFile(
      metadata: #"{"fc.weight":{"shape":[2,3],"coding":"bitmap"},"x":{"shape":[2,3],"coding":"bitmap"}}"#,
      place: "tensor x"),
    ForgedFile(extra: "fc.weight", place: "tensor fc.weight"),
    ForgedFile(extra: "fc.mask", place: "tensor fc.mask"),
  ])
  func contradictionsAreRefused(_ file: ForgedFile) throws {
    try file.write(to: folder.path("forged"))
    expectFormatError(at: file.place, "\(file.testDescription)") {
      _ = try NetworkFile(contentsOf: folder.path("forged"))
    }
  }

  @Test func tensorsOfOtherTypesAndShapesAreRefused() throws {
    let metadata = try {
      try ForgedFile().write(to: folder.path("sound"))
      return try SafetensorsFile(contentsOf: folder.path("sound")).metadata
    }()
    let values = ("fc.weight.values", SafetensorsType.float32, [2], 8)
    let positions = ("fc.weight.positions", SafetensorsType.uint8, [1], 1)
    let cases = [
      [positions], [values], [("fc.weight.values", .int32, [2], 8), positions],
      [("fc.weight.values", .float32, [2, 1], 8), positions],
      [values, ("fc.weight.positions", .int8, [1], 1)],
      [values, ("fc.weight.positions", .uint8, [], 1)],
    ]
    for (index, tensors) in cases.enumerated() {
      var writer = SafetensorsWriter(metadata: metadata)
      for (name, type, shape, count) in tensors {
        writer.add(name, [UInt8](repeating: 0, count: count), type: type, shape: shape)
      }
      try writer.write(to: folder.path("other"))
      let place = "tensor fc.weight." + ([0, 2, 3].contains(index) ? "values" : "positions")
      expectFormatError(at: place, "case \(index)") { _ = try NetworkFile(contentsOf: folder.path("other")) }
    }
  }

  @Test func announcedSizesAreNotBelieved() throws {
    try NetworkFile(network(PrunedMatrix(rows: 2, columns: 3, density: 0).parameter(seed: 1))).write(
      to: folder.path("sound"), form: .compact())
    let sound = try SafetensorsFile(contentsOf: folder.path("sound")).metadata
    for (rows, columns) in [
      (1 << 25, 1), (1, 1 << 31), (1 << 24, 1 << 20), (1 << 40, 1 << 40), (1 << 62, 1 << 62),
    ] {
      let metadata = sound.mapValues {
        $0.replacing("[2,3]", with: "[\(rows),\(columns)]").replacing("[3]", with: "[\(columns)]")
          .replacing("\"inputs\":3", with: "\"inputs\":\(columns)")
          .replacing("\"outputs\":2", with: "\"outputs\":\(rows)")
      }
      #expect(metadata != sound)
      var writer = SafetensorsWriter(metadata: metadata)
      writer.add("fc.weight.values", [Float](), shape: [0])
      writer.add("fc.weight.positions", [UInt8](), type: .uint8, shape: [0])
      try writer.write(to: folder.path("huge"))
      #expect(throws: FormatError.self, "\(rows) × \(columns)") {
        _ = try NetworkFile(contentsOf: folder.path("huge"))
      }
    }
  }

  @Test(arguments: [0.1, 0.6])
  func everyByteMayBeAnything(_ density: Double) throws {
    let path = folder.path("network")
    let parameter = PrunedMatrix(rows: 6, columns: 25, density: density).parameter(seed: 2)
    try NetworkFile(network(parameter)).write(to: path, form: .compact(values: .float16))
    let sound = try #require(contents(path))
    var generator = Xoshiro256(seed: 3)
    for index in sound.indices {
      var bytes = sound
      bytes[index] = .random(in: 0...255, using: &generator)
      expectSoundOrRefused(
        folder.file("changed", bytes), "byte \(index) is \(bytes[index]), density \(density)")
      #expect(throws: FormatError.self, "\(index) bytes") {
        _ = try NetworkFile(contentsOf: folder.file("short", Array(sound[..<index])))
      }
    }
  }

  private func expectSoundOrRefused(_ path: String, _ comment: Comment) {
    do {
      let read = weight(try NetworkFile(contentsOf: path).network)
      #expect(read.packed?.violatedInvariant == nil, comment)
    } catch {
      #expect(error is FormatError, comment)
    }
  }
}
