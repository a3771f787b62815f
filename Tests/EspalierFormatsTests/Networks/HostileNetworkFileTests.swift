import EspalierFormats
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct HostileNetworkFileTests {
  private let folder = TemporaryFolder()

  /// 4 → 3 → 2, the first layer with a mask.
  private static let architecture =
    #"{"input":[2,2],"nodes":[{"name":"flat","layer":"flatten","inputs":["input"],"configuration":{}},"#
    + #"{"name":"fc1","layer":"linear","inputs":["flat"],"configuration":{"inputs":4,"outputs":3,"bias":true}},"#
    + #"{"name":"act","layer":"leaky-relu","inputs":["fc1"],"configuration":{"slope":0.5}},"#
    + #"{"name":"drop","layer":"dropout","inputs":["act"],"configuration":{"probability":0.5}},"#
    + #"{"name":"fc2","layer":"linear","inputs":["drop"],"configuration":{"inputs":3,"outputs":2,"bias":false}}]}"#

  private struct Parts {
    var architecture: String? = HostileNetworkFileTests.architecture
    var tensors: [(name: String, type: SafetensorsType, shape: [Int], bytes: [UInt8])] = [
      ("fc1.weight", .float32, [3, 4], Self.floats([1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0])),
      ("fc1.bias", .float32, [3], Self.floats([1, 2, 3])),
      ("fc2.weight", .float32, [2, 3], Self.floats([1, 2, 3, 4, 5, 6])),
      ("fc1.mask", .bool, [3, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]),
    ]

    static func floats(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes(Array.init) }

    /// The place of a tensor in the list.
    func index(_ name: String) -> Int { tensors.firstIndex { $0.name == name }! }
  }

  /// Writes the file after a change to its parts, and reads it.
  private func read(_ change: (inout Parts) -> Void) throws -> NetworkFile {
    var parts = Parts()
    change(&parts)
    var writer = SafetensorsWriter(
      metadata: parts.architecture.map { ["espalier.architecture": $0, "note": "kept"] } ?? [:])
    for tensor in parts.tensors {
      writer.add(tensor.name, tensor.bytes, type: tensor.type, shape: tensor.shape)
    }
    try writer.write(to: folder.path("a"))
    return try NetworkFile(contentsOf: folder.path("a"))
  }

  /// Reads the file with one text of its architecture replaced, which must be there.
  private func read(_ part: String, as replacement: String) throws -> NetworkFile {
    let parts = Self.architecture.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
    #expect(parts.count == 2, "\(part)")
    return try read { $0.architecture = parts.joined(separator: replacement) }
  }

  /// A network of one normalisation with these running variances.
  private func normalized(variances: [Float]?) throws -> NetworkFile {
    try read {
      $0.architecture =
        #"{"input":[2],"nodes":[{"name":"n","layer":"batch-norm","inputs":["input"],"#
        + #""configuration":{"channels":2,"epsilon":1e-5,"momentum":0.1,"affine":false}}]}"#
      $0.tensors = [("n.runningMean", .float32, [2], Parts.floats([1, 2]))]
      if let variances {
        $0.tensors.append(("n.runningVariance", .float32, [variances.count], Parts.floats(variances)))
      }
    }
  }

  @Test func statisticsMustBeThereAndPossible() throws {
    #expect(try normalized(variances: [4, 0]).network.statistics[1].values.values == [4, 0])
    let failures: [([Float]?, String)] = [
      (nil, "tensor n.runningVariance: expected a tensor of this name, found none among 1"),
      ([1, 2, 3], "tensor n.runningVariance: expected shape [2], found [3]"),
      (
        [1, -2], "architecture, layer batch-norm: expected running variances of at least 0, found -2.0"
      ),
      ([.nan, 1], "architecture, layer batch-norm: expected running variances of at least 0, found nan"),
    ]
    for (variances, message) in failures {
      let error = #expect(throws: FormatError.self) { try normalized(variances: variances) }
      #expect(error.map { "\($0)".hasSuffix(message) } == true, "\(String(describing: error))")
    }
  }

  @Test func theFileIsGoodBeforeItIsChanged() throws {
    let file = try read { _ in }
    #expect(file.metadata == ["note": "kept"])
    #expect(file.network.parameters.map(\.parameter.survivors) == [3, 3, 6])
    #expect(
      file.network.predict(Tensor([1, 1, 1, 1], shape: [1, 2, 2])).values == [28, 64])
  }

  // MARK: Tensors

  @Test func missingTensors() {
    for name in ["fc1.weight", "fc1.bias", "fc2.weight"] {
      expectFormatError(place: "tensor \(name)", expected: "a tensor of this name", found: "none among 3") {
        _ = try read { $0.tensors.remove(at: $0.index(name)) }
      }
    }
  }

  @Test func tensorsThatNobodyTakes() {
    for name in ["fc2.bias", "fc3.weight", "act.mask", "fc2.bias_mask", "weight", ""] {
      expectFormatError(
        place: "tensor \(name)", expected: "a parameter of the architecture", found: "no layer with it"
      ) { _ = try read { $0.tensors.append((name, .float32, [2], Parts.floats([1, 2]))) } }
    }
  }

  @Test func shapesThatLie() {
    for (name, shape, found) in [
      ("fc1.weight", [4, 3], "[4, 3]"), ("fc1.weight", [12], "[12]"), ("fc1.bias", [3, 1], "[3, 1]"),
      ("fc2.weight", [1, 2, 3], "[1, 2, 3]"), ("fc1.mask", [12], "[12]"), ("fc1.mask", [4, 3], "[4, 3]"),
    ] {
      expectFormatError(place: "tensor \(name)", found: found) {
        _ = try read { $0.tensors[$0.index(name)].shape = shape }
      }
    }
  }

  @Test func typesThatNobodyTakes() {
    expectFormatError(place: "tensor fc1.bias", expected: "F32 or F16 or BF16", found: "I32") {
      _ = try read { $0.tensors[$0.index("fc1.bias")].type = .int32 }
    }
    expectFormatError(place: "tensor fc1.mask", expected: "BOOL or U8", found: "I8") {
      _ = try read { $0.tensors[$0.index("fc1.mask")].type = .int8 }
    }
  }

  @Test func masksThatAreNone() {
    expectFormatError(place: "tensor fc1.mask, element 4", expected: "0 or 1", found: "2") {
      _ = try read { $0.tensors[$0.index("fc1.mask")].bytes[4] = 2 }
    }
    expectFormatError(
      place: "tensor fc1.weight, element 5", expected: "0, for the mask has 0 there", found: "2.0"
    ) { _ = try read { $0.tensors[$0.index("fc1.mask")].bytes[5] = 0 } }
    expectFormatError(place: "tensor fc1.weight, element 1", found: "nan") {
      _ = try read {
        $0.tensors[$0.index("fc1.weight")].bytes.replaceSubrange(4..<8, with: Parts.floats([.nan]))
      }
    }
  }

  @Test func masksMayKeepZerosAndHideNegativeZeros() throws {
    let file = try read { parts in
      parts.tensors[parts.index("fc1.mask")].bytes[1] = 1
      parts.tensors[parts.index("fc1.weight")].bytes.replaceSubrange(8..<12, with: Parts.floats([-0.0]))
    }
    let weight = file.network.parameters[0].parameter
    #expect(weight.survivors == 4)
    #expect(weight.values.values[2].bitPattern == 0)
  }

  // MARK: The architecture

  @Test func filesOfOthersAreToldSo() {
    expectFormatError(
      place: "metadata", expected: "an entry espalier.architecture", found: "none (not a network file)"
    ) { _ = try read { $0.architecture = nil } }
  }

  @Test(
    arguments: [
      (#""layer":"flatten""#, #""layer":"conv9""#, "a known layer for node flat", "layer conv9"),
      (#""name":"act""#, #""name":"flat""#, "a name of its own", "a second node of that name"),
      (#""name":"act""#, #""name":"input""#, "a name of visible ASCII characters, not input", "input"),
      (#""name":"act""#, #""name":"""#, "a name of visible ASCII characters, not input", ""),
      (#""name":"act""#, #""name":"a\nb""#, "a name of visible ASCII characters, not input", "a\nb"),
      (#""inputs":["flat"]"#, #""inputs":["fc2"]"#, "node fc1 to follow its inputs", "input fc2"),
      (#""inputs":["flat"]"#, #""inputs":["fc1"]"#, "node fc1 to follow its inputs", "input fc1"),
      (
        #""inputs":["flat"]"#, #""inputs":["input"]"#, "input of shape [4]",
        "[2, 2] (put a Flatten before it)"
      ),
      (#""inputs":["flat"]"#, #""inputs":[]"#, "1 input", "0 inputs"),
      (#""inputs":["flat"]"#, #""inputs":["flat","flat"]"#, "1 input", "2 inputs"),
      (#""inputs":["drop"]"#, #""inputs":["flat"]"#, "input of shape [3]", "[4]"),
      (#""input":[2,2]"#, #""input":[2,3]"#, "input of shape [4]", "[6]"),
      (#""input":[2,2]"#, #""input":[]"#, "input of shape [4]", "[1]"),
      (#""input":[2,2]"#, #""input":[0]"#, "the input to have 1 to 2³¹ − 1 values", "shape [0]"),
      (#""input":[2,2]"#, #""input":[-2,-2]"#, "the input to have 1 to 2³¹ − 1 values", "shape [-2, -2]"),
      (
        #""input":[2,2]"#, #""input":[4294967296,4294967296]"#, "the input to have 1 to 2³¹ − 1 values",
        "shape [4294967296, 4294967296]"
      ),
      (#""slope":0.5"#, #""slope":-1"#, "slope ≥ 0", "-1.0"),
      (#""probability":0.5"#, #""probability":1"#, "probability in 0 ..< 1", "1.0"),
      (#""probability":0.5"#, #""probability":-0.5"#, "probability in 0 ..< 1", "-0.5"),
      (#""inputs":4,"outputs":3"#, #""inputs":4,"outputs":-3"#, "shape [-3, 4]", "[3, 4]"),
      (
        #""inputs":4,"outputs":3"#, #""inputs":4611686018427387904,"outputs":4611686018427387904"#,
        "shape [4611686018427387904, 4611686018427387904]", "[3, 4]"
      ),
    ] as [(String, String, String, String)])
  func graphsThatDoNotHoldTogether(part: String, replacement: String, expected: String, found: String) {
    expectFormatError(expected: expected, found: found) { _ = try read(part, as: replacement) }
  }

  @Test(arguments: [
    (#"{"input""#, #"["input""#), ("}]}", "}]"), ("}]}", "}]}}"), (#""nodes":["#, #""nodes":[null,"#),
    (#""nodes":["#, #""nodes":[[],"#), (#""nodes":["#, #""nodes":[{},"#), (#""input":[2,2]"#, #""input":4"#),
    (#""input":[2,2]"#, #""input":[2.5,2]"#), (#""input":[2,2]"#, #""input":["2",2]"#),
    (#""input":[2,2]"#, #""input":[1e400]"#), (#""input":[2,2],"#, ""),
    (#""input":[2,2]"#, #""input":[9223372036854775808]"#),
    (#""input":[2,2]"#, #""input":[2,2],"input":[4]"#),
    (#""name":"fc1","#, ""), (#""name":"fc1""#, #""name":1"#), (#""layer":"flatten","#, ""),
    (#""layer":"flatten""#, #""layer":"\ud800""#), (#","configuration":{"slope":0.5}"#, ""),
    (#""bias":true"#, #""bias":1"#),
    (#""outputs":3,"#, ""), (#""outputs":3"#, #""outputs":3,"outputs":4"#),
    (#""slope":0.5"#, #""slope":1e39"#),
    (#""slope":0.5"#, #""slope":1e999"#), (#""slope":0.5"#, #""slope":NaN"#),
    (#""slope":0.5"#, #""slope":null"#),
  ])
  func brokenJSON(part: String, replacement: String) {
    expectFormatError { _ = try read(part, as: replacement) }
  }

  @Test func depthAndLength() {
    let deep = String(repeating: "[", count: 200_000)
    for text in [
      "", "null", "{}", deep, #"{"input":\#(deep)"#, #"{"input":[2],"nodes":[]}"#,
      #"{"input":[2],"nodes":{}}"#,
      #"{"input":[\#([String](repeating: "1", count: 100_000).joined(separator: ","))],"nodes":[]}"#,
    ] {
      expectFormatError { _ = try read { $0.architecture = text } }
    }
    let nodes = (0...10_000).map {
      #"{"name":"n\#($0)","layer":"relu","inputs":["input"],"configuration":{}}"#
    }
    expectFormatError(place: "architecture", expected: "1 to 10000 nodes", found: "10001") {
      _ = try read { $0.architecture = #"{"input":[2],"nodes":[\#(nodes.joined(separator: ","))]}"# }
    }
  }

  /// Tensors without elements take no bytes, so their shapes can announce anything.
  @Test func layersWithoutFeatures() {
    let nodes =
      #"{"name":"a","layer":"linear","inputs":["input"],"configuration":{"inputs":4,"outputs":0,"bias":false}},"#
      + #"{"name":"b","layer":"linear","inputs":["a"],"#
      + #""configuration":{"inputs":0,"outputs":4611686018427387904,"bias":false}}"#
    expectFormatError(
      place: "architecture", expected: "node a to have 1 to 2³¹ − 1 values", found: "shape [0]"
    ) {
      _ = try read { parts in
        parts.architecture = #"{"input":[4],"nodes":[\#(nodes)]}"#
        parts.tensors = [
          ("a.weight", .float32, [0, 4], []), ("b.weight", .float32, [4_611_686_018_427_387_904, 0], []),
        ]
      }
    }
  }

  // MARK: Any bytes

  @Test func everyTruncationIsAnError() throws {
    _ = try read { _ in }
    let bytes = try #require(contents(folder.path("a")))
    for count in 0..<bytes.count {
      let path = folder.file("b", Array(bytes[..<count]))
      expectFormatError { _ = try NetworkFile(contentsOf: path) }
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func mutationsNeverTrap(seed: UInt64) throws {
    _ = try read { _ in }
    let bytes = try #require(contents(folder.path("a")))
    var generator = SeededGenerator(seed: seed)
    var refused = 0
    for round in 0..<1000 {
      let path = folder.file("b", mutated(bytes, using: &generator))
      do {
        let network = try NetworkFile(contentsOf: path).network
        // What is accepted can be used.
        let shape = [1] + network.inputShape
        guard network.inputShape.reduce(1, *) < 1000 else { continue }
        _ = network.predict(Tensor(repeating: 1, shape: shape))
      } catch is FormatError { refused += 1 } catch {
        Issue.record("seed \(seed), round \(round): \(error)")
      }
    }
    #expect(refused > 500)
  }
}
