import EspalierFormats
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct NetworkFileRoundTripTests {
  private let folder = TemporaryFolder()

  /// Every kind of layer, a residual connection, masks on weights and biases, layers without a bias.
  private func everything(seed: UInt64) -> Network {
    var generator = Xoshiro256(seed: seed)
    var network = Network(input: [2, 3]) {
      Flatten()
      Linear(inputs: 6, outputs: 5, using: &generator).named("fc1")
      ReLU()
      Residual {
        Linear(inputs: 5, outputs: 5, bias: false, using: &generator).named("block.inner")
        LeakyReLU(slope: 0.3)
        Dropout(probability: 0.1)
      }
      Sigmoid()
      Tanh()
      GELU()
      Softmax()
      LogSoftmax()
      BatchNorm(
        scale: Tensor(uniform: 0..<1, shape: [5], using: &generator),
        shift: Tensor(uniform: 0..<1, shape: [5], using: &generator),
        runningMean: Tensor(uniform: 0..<1, shape: [5], using: &generator),
        runningVariance: Tensor(uniform: 0..<1, shape: [5], using: &generator))
      LayerNorm(shape: [5])
      Linear(inputs: 5, outputs: 4, using: &generator).named("fc-2")
    }
    network.visitParameters { path, parameter in
      guard path.node != "fc-2" || path.name == "bias" else { return }
      let bits = (0..<parameter.count).map { _ in Bool.random(using: &generator) }
      parameter.prune(keeping: Mask(bits, shape: parameter.shape))
    }
    return network
  }

  private func expectSame(
    _ found: Network, _ expected: Network, _ comment: Comment,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      found.parameters.map(\.path) == expected.parameters.map(\.path), comment, sourceLocation: sourceLocation
    )
    for (left, right) in zip(found.parameters, expected.parameters) {
      #expect(
        left.parameter.values.values.map(\.bitPattern) == right.parameter.values.values.map(\.bitPattern),
        "\(comment): \(left.path)", sourceLocation: sourceLocation)
      #expect(
        left.parameter.mask == right.parameter.mask, "\(comment): \(left.path)",
        sourceLocation: sourceLocation)
      #expect(left.parameter.role == right.parameter.role, comment, sourceLocation: sourceLocation)
    }
    #expect(
      found.statistics.map(\.path) == expected.statistics.map(\.path)
        && found.statistics.map(\.values.bits) == expected.statistics.map(\.values.bits), comment,
      sourceLocation: sourceLocation)
    #expect(found.nodes.map(\.name) == expected.nodes.map(\.name), comment, sourceLocation: sourceLocation)
    #expect(
      found.nodes.map(\.sources) == expected.nodes.map(\.sources), comment, sourceLocation: sourceLocation)
    #expect(
      found.nodes.map { "\($0.layer.configuration)" } == expected.nodes.map { "\($0.layer.configuration)" },
      comment, sourceLocation: sourceLocation)
    #expect(found.inputShape == expected.inputShape, comment, sourceLocation: sourceLocation)
  }

  @Test(arguments: 0..<8 as Range<UInt64>) func everyBitComesBack(seed: UInt64) throws {
    let network = everything(seed: seed)
    let path = folder.path("a.safetensors")
    let metadata = [
      "author": "Ä \"quoted\"\n\u{1}😀", "": "empty key", "empty": "", "espalier.training": "{}",
    ]
    try NetworkFile(network, metadata: metadata).write(to: path)
    let read = try NetworkFile(contentsOf: path)
    expectSame(read.network, network, "seed \(seed)")
    #expect(read.metadata == metadata)
    var generator = Xoshiro256(seed: seed &+ 1000)
    let samples = Tensor(uniform: -1..<1, shape: [3, 2, 3], using: &generator)
    #expect(read.network.predict(samples) == network.predict(samples), "seed \(seed)")
    try read.write(to: folder.path("b.safetensors"))
    let bytes = try #require(contents(path))
    #expect(contents(folder.path("b.safetensors")) == bytes, "seed \(seed)")
  }

  @Test func unusualNumbersComeBack() throws {
    let values: [Float] = [
      0, -0.0, .infinity, -.infinity, .nan, Float(bitPattern: 0xffc1_2345), .leastNonzeroMagnitude,
      .greatestFiniteMagnitude,
    ]
    let network = Network(input: [4]) {
      Linear(weight: Tensor(values, shape: [2, 4]), bias: Tensor([1, -1], shape: [2])).named("fc1")
    }
    try NetworkFile(network).write(to: folder.path("a"))
    expectSame(try NetworkFile(contentsOf: folder.path("a")).network, network, "unusual numbers")
  }

  @Test func emptyAndFullMasksComeBack() throws {
    for bit in [false, true] {
      var network = Network(input: [9]) {
        Linear(weight: Tensor(repeating: 2, shape: [8, 9]), bias: Tensor(repeating: 3, shape: [8])).named(
          "fc1")
      }
      network.visitParameters { _, parameter in
        parameter.prune(keeping: Mask((0..<parameter.count).map { _ in bit }, shape: parameter.shape))
      }
      try NetworkFile(network).write(to: folder.path("a"))
      let read = try NetworkFile(contentsOf: folder.path("a")).network
      expectSame(read, network, "mask of \(bit)")
      #expect(read.parameters.allSatisfy { $0.parameter.survivors == (bit ? $0.parameter.count : 0) })
    }
  }

  @Test func namesAreThoseOfPyTorch() throws {
    try NetworkFile(everything(seed: 1)).write(to: folder.path("a"))
    let file = try SafetensorsFile(contentsOf: folder.path("a"))
    func isOfLinear(_ name: String) -> Bool { !name.contains("norm") }
    #expect(
      file.names.filter(isOfLinear) == [
        "fc1.weight", "fc1.bias", "block.inner.weight", "fc-2.weight", "fc-2.bias", "fc1.mask",
        "fc1.bias_mask",
        "block.inner.mask", "fc-2.bias_mask",
      ])
    #expect(
      file.names.filter { !isOfLinear($0) && !$0.hasSuffix("mask") } == [
        "batch-norm1.scale", "batch-norm1.shift", "layer-norm1.scale", "layer-norm1.shift",
        "batch-norm1.runningMean", "batch-norm1.runningVariance",
      ])
    #expect(file.entries.allSatisfy { $0.type == ($0.name.hasSuffix("mask") ? .bool : .float32) })
    #expect(file.entry("fc1.mask")?.shape == [5, 6])
    #expect(Array(file.metadata.keys) == ["espalier.architecture"])
  }

  @Test func theLibrarysOwnMetadataCannotBeReplaced() throws {
    let network = everything(seed: 2)
    try NetworkFile(network, metadata: ["espalier.architecture": "{}"]).write(to: folder.path("a"))
    let read = try NetworkFile(contentsOf: folder.path("a"))
    expectSame(read.network, network, "metadata")
    #expect(read.metadata.isEmpty)
  }

  @Test func layersOfOnesOwnComeBackByTheirRegistry() throws {
    var network = Network(input: [3]) { Scale([1, 2, 3]).named("own") }
    network.visitParameters { $1.prune(keeping: Mask([true, false, true], shape: [3])) }
    try NetworkFile(network).write(to: folder.path("a"))
    let layers = LayerRegistry.standard.adding(Scale.self)
    let read = try NetworkFile(contentsOf: folder.path("a"), layers: layers).network
    expectSame(read, network, "own layer")
    #expect(read.predict(Tensor([5, 6, 7], shape: [1, 3])).values == [5, 0, 21])
    #expect(try SafetensorsFile(contentsOf: folder.path("a")).names == ["own.scale", "own.scale_mask"])
    expectFormatError(place: "architecture", expected: "a known layer for node own", found: "layer scale") {
      _ = try NetworkFile(contentsOf: folder.path("a"))
    }
  }

  @Test(arguments: [SafetensorsType.float16, .bfloat16]) func halfPrecisionIsWidenedExactly(
    type: SafetensorsType
  ) throws {
    // 1, -2, the smallest subnormal of the type, infinity.
    let bits: [UInt16] = type == .float16 ? [0x3c00, 0xc000, 1, 0x7c00] : [0x3f80, 0xc000, 1, 0x7f80]
    var writer = SafetensorsWriter(metadata: [
      "espalier.architecture":
        #"{"input":[2],"nodes":[{"name":"fc1","layer":"linear","inputs":["input"],"#
        + #""configuration":{"inputs":2,"outputs":2,"bias":false}}]}"#
    ])
    writer.add(
      "fc1.weight", bits.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }, type: type,
      shape: [2, 2])
    writer.add("fc1.mask", [1, 1, 1, 1], type: .uint8, shape: [2, 2])
    try writer.write(to: folder.path("a"))
    let read = try NetworkFile(contentsOf: folder.path("a"))
    let smallest: Float = type == .float16 ? 0x1p-24 : Float(bitPattern: 0x1_0000)
    #expect(
      read.network[ParameterPath(node: "fc1", name: "weight")]?.values.values == [1, -2, smallest, .infinity])
    try read.write(to: folder.path("b"))
    let again = try NetworkFile(contentsOf: folder.path("b"))
    expectSame(again.network, read.network, "\(type)")
    #expect(try SafetensorsFile(contentsOf: folder.path("b")).entry("fc1.weight")?.type == .float32)
  }
}
