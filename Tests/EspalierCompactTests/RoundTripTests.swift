import EspalierFormats
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct RoundTripTests {
  let folder = TemporaryFolder()

  /// Writes and reads; the weight must come back packed.
  private func roundTrip(_ parameter: Parameter, _ form: NetworkForm) throws -> Parameter {
    let path = folder.path("network")
    let size = try NetworkFile(network(parameter)).write(to: path, form: form)
    #expect(contents(path)?.count == size)
    return weight(try NetworkFile(contentsOf: path).network)
  }

  @Test(arguments: PrunedMatrix.all, [false, true])
  func singlePrecisionComesBackBitForBit(_ matrix: PrunedMatrix, packed: Bool) throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      var parameter = matrix.parameter(seed: seed)
      if packed { parameter.pack() }
      let read = try roundTrip(parameter, .compact())
      #expect(read.isPacked && read.packed?.violatedInvariant == nil, "seed \(seed)")
      #expect(bits(read) == bits(parameter), "seed \(seed)")
    }
  }

  @Test(arguments: PrunedMatrix.all, [CompactValues.float16, .bfloat16])
  func halfPrecisionComesBackRounded(_ matrix: PrunedMatrix, values: CompactValues) throws {
    let parameter = matrix.parameter(seed: 4)
    let read = try roundTrip(parameter, .compact(values: values))
    #expect(read.mask == parameter.mask)
    for (found, exact) in zip(read.values.values, parameter.values.values) {
      let expected = rounded(exact, to: values)
      if exact.isNaN {
        #expect(found.isNaN && found.sign == exact.sign)
        #expect(found.bitPattern & 0x3f_0000 == exact.bitPattern & 0x3f_0000, "the payload's upper bits")
      } else {
        #expect(found.bitPattern == expected.bitPattern, "\(exact)")
      }
    }
    // What 16 bits hold exactly is not rounded again.
    let again = try roundTrip(read, .compact(values: values))
    #expect(bits(again) == bits(read))
  }

  @Test func everyHalfPrecisionNumberIsExact() throws {
    let exact = (0...UInt32(UInt16.max)).map { Float(bitPattern: $0 << 16) }
    let halves = exact.map { rounded($0, to: .float16) }.filter { $0.isFinite }
    for (values, type) in [(exact, CompactValues.bfloat16), (halves, .float16)] {
      var parameter = Parameter(Tensor(values, shape: [1, values.count]), role: .weight)
      parameter.pack()
      #expect(bits(try roundTrip(parameter, .compact(values: type))) == bits(parameter))
    }
  }

  @Test func tiesRoundToEvenUpToTheLargest() throws {
    let cases: [(Float, CompactValues, Float)] = [
      (1 + 0x1p-11, .float16, 1), (1 + 0x3p-11, .float16, 1 + 0x1p-9), (65519, .float16, 65504),
      (0x1p-25, .float16, 0), (0x1.000002p-25, .float16, 0x1p-24), (0x1.ff8p-15, .float16, 0x1.ff8p-15),
      (0x1.ffcp-15, .float16, 0x1p-14), (1 + 0x1p-8, .bfloat16, 1), (1 + 0x3p-8, .bfloat16, 1 + 0x1p-6),
    ]
    for (value, type, expected) in cases {
      var parameter = Parameter(Tensor([value, -value], shape: [1, 2]), role: .weight)
      parameter.pack()
      let read = try roundTrip(parameter, .compact(values: type)).values.values
      #expect(read == [expected, -expected], "\(value) as \(type)")
    }
  }

  @Test func valuesBeyondTheRangeAreRefused() throws {
    for (value, type) in [(65520, CompactValues.float16), (Float.greatestFiniteMagnitude, .bfloat16)] {
      var parameter = Parameter(Tensor([1, -value], shape: [1, 2]), role: .weight)
      parameter.pack()
      expectFormatError(at: "tensor fc.weight", "\(type)") {
        try NetworkFile(network(parameter)).write(to: folder.path("refused"), form: .compact(values: type))
      }
      #expect(folder.names == [])
    }
  }

  @Test func theSmallerCodingIsChosen() throws {
    let path = folder.path("network")
    for (density, coding) in [(0.05, "rice"), (0.5, "bitmap"), (0.9, "bitmap")] {
      let parameter = PrunedMatrix(rows: 300, columns: 784, density: density).parameter(seed: 5)
      try NetworkFile(network(parameter)).write(to: path, form: .compact())
      let file = try SafetensorsFile(contentsOf: path)
      let description = try #require(file.metadata["espalier.compact"])
      #expect(description.contains("\"coding\":\"\(coding)\""), "\(description)")
      let positions = try file.requireEntry("fc.weight.positions").count
      // A tenth more than the entropy of independent survivors, or a bit a position.
      let pruned = 1 - density
      let entropy = -(density * log2(density) + pruned * log2(pruned))
      #expect(Double(8 * positions) < (coding == "rice" ? 1.1 * entropy : 1) * 300 * 784 + 8)
    }
  }

  @Test func unprunedMatricesAndBiasesStayPlain() throws {
    var generator = Xoshiro256(seed: 6)
    var network = Network(input: [20]) {
      Linear(inputs: 20, outputs: 10, using: &generator).named("a")
      Linear(inputs: 10, outputs: 5, using: &generator).named("b")
    }
    network.prune(sparsity: 0.5, within: .eachParameter, .weights(of: ["b"]))
    network.prune(
      sparsity: 0.4, within: .eachParameter, ParameterSelection { path, _ in path.name == "bias" })
    let path = folder.path("network")
    try NetworkFile(network, metadata: ["note": "mine"]).write(to: path, form: .compact())
    #expect(
      try SafetensorsFile(contentsOf: path).names == [
        "a.weight", "a.bias", "b.weight.values", "b.bias", "a.bias_mask", "b.weight.positions", "b.bias_mask",
      ])
    let read = try NetworkFile(contentsOf: path)
    #expect(read.metadata == ["note": "mine"])
    for ((name, before), (_, after)) in zip(network.parameters, read.network.parameters) {
      #expect(bits(before) == bits(after), "\(name)")
      #expect(after.isPacked == (name.description == "b.weight"), "\(name)")
    }
  }

  @Test(arguments: PrunedMatrix.all)
  func packedParametersMakeTheSameDenseFile(_ matrix: PrunedMatrix) throws {
    var parameter = matrix.parameter(seed: 7)
    try NetworkFile(network(parameter)).write(to: folder.path("masked"))
    parameter.pack()
    let file = NetworkFile(network(parameter))
    let size = try file.write(to: folder.path("packed"), form: .dense)
    #expect(contents(folder.path("packed")) == contents(folder.path("masked")))
    #expect(try file.denseByteCount() == size)
  }

  @Test(arguments: PrunedMatrix.all)
  func whatIsHeldPackedIsStoredCompact(_ matrix: PrunedMatrix) throws {
    var parameter = matrix.parameter(seed: 9)
    try NetworkFile(network(parameter)).write(to: folder.path("masked"))
    try NetworkFile(network(parameter)).write(to: folder.path("dense"), form: .dense)
    #expect(contents(folder.path("masked")) == contents(folder.path("dense")))
    parameter.pack()
    try NetworkFile(network(parameter)).write(to: folder.path("packed"))
    try NetworkFile(network(parameter)).write(to: folder.path("compact"), form: .compact())
    #expect(contents(folder.path("packed")) == contents(folder.path("compact")))
    #expect(weight(try NetworkFile(contentsOf: folder.path("packed")).network).isPacked)
    #expect(!weight(try NetworkFile(contentsOf: folder.path("masked")).network).isPacked)
  }

  /// A byte an element, whatever the number of elements leaves in the last word.
  @Test(arguments: [1, 7, 8, 9, 63, 64, 65, 200, 1 << 16, 1 << 16 + 1, 1 << 17 + 77])
  func denseMasksComeBack(count: Int) throws {
    var generator = Xoshiro256(seed: UInt64(count))
    let kept = (0..<count).map { $0 == count - 1 || Bool.random(using: &generator) }
    var parameter = Parameter(Tensor(repeating: 1, shape: [1, count]), role: .weight)
    parameter.prune(keeping: Mask(kept, shape: [1, count]))
    let path = folder.path("network")
    try NetworkFile(network(parameter)).write(to: path)
    #expect(try SafetensorsFile(contentsOf: path).bools("fc.mask") == kept)
    let read = weight(try NetworkFile(contentsOf: path).network)
    #expect(read.mask == parameter.mask && read.values.values == parameter.values.values)
  }

  @Test func pruningGoesOnFromACompactFile() throws {
    let parameter = PrunedMatrix(rows: 40, columns: 50, density: 0.2).parameter(seed: 8, special: false)
    var (dense, path) = (network(parameter), folder.path("network"))
    try NetworkFile(dense).write(to: path, form: .compact())
    var compact = try NetworkFile(contentsOf: path)
    compact.network.prune(sparsity: 0.95, within: .network)
    dense.prune(sparsity: 0.95, within: .network)
    try compact.write(to: path, form: .compact())
    #expect(bits(weight(try NetworkFile(contentsOf: path).network)) == bits(weight(dense)))
  }
}
