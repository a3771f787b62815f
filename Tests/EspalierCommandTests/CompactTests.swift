import EspalierFormats
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Foundation
import Testing

/// `espalier compact` as a process.
@Suite struct CompactTests {
  private let folder = TemporaryFolder.withTinyData()

  private var espalier: Espalier { Espalier(folder: folder) }

  /// Writes a pruned perceptron 16-12-3 as `net`.
  init() throws {
    var generator = Xoshiro256(seed: 1)
    var network = Network(input: [4, 4]) {
      Flatten()
      Linear(inputs: 16, outputs: 12, using: &generator).named("fc1")
      ReLU()
      Linear(inputs: 12, outputs: 3, using: &generator).named("fc2")
    }
    network.prune(sparsity: 0.8, within: .eachParameter)
    try NetworkFile(network).write(to: folder.path("net"))
  }

  private func json(_ line: String) throws -> NSDictionary {
    let outcome = espalier(line.split(separator: " ").map(String.init))
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try outcome.json() as NSDictionary
  }

  private func size(_ name: String) throws -> Int { try #require(contents(folder.path(name))).count }

  @Test func sizesAreThoseOfTheFiles() throws {
    let report = try json("compact net small --json")
    let (bytes, dense) = try (size("small"), size("net"))
    #expect(report["bytes"] as? Int == bytes && report["denseBytes"] as? Int == dense)
    #expect(report["ratio"] as? Double == Double(dense) / Double(bytes))
    let plain = try #require(report["denseBytesWithoutMasks"] as? Int)
    #expect(
      plain < dense - (16 * 12 + 12 * 3)
        && report["ratioWithoutMasks"] as? Double == Double(plain) / Double(bytes))
    #expect(report["accuracy"] is NSNull)

    let text = espalier("compact", "net", "small").output.split(separator: "\n")
    #expect(text.count == 3 && text[0].hasSuffix(" \(bytes) bytes") && text[1].contains(" \(dense) bytes  "))
  }

  @Test(arguments: ["f16", "bf16"])
  func roundingTellsTheAccuracy(_ type: String) throws {
    let report = try json("compact net half --values \(type) --data data --json")
    let accuracy = try #require(report["accuracy"] as? NSDictionary)
    let evaluated = try ["net", "half"].map { name in
      try #require(try json("evaluate \(name) --data data --json")["accuracy"] as? Double)
    }
    #expect(accuracy["before"] as? Double == evaluated[0] && accuracy["after"] as? Double == evaluated[1])
    #expect(accuracy["difference"] as? Double == evaluated[1] - evaluated[0])
    let values = try SafetensorsFile(contentsOf: folder.path("half")).requireEntry("fc1.weight.values")
    #expect(values.type == (type == "f16" ? .float16 : .bfloat16))

    let text = espalier("compact", "net", "half", "--values", type, "--data", "data").output
    #expect(text.contains("accuracy on data: ") && text.contains(" points"))
  }

  @Test func theOtherCommandsReadCompactFiles() throws {
    _ = try json("compact net small --json")
    let inspected = try ["net", "small"].map { try json("inspect \($0) --json") }
    for key in ["alive", "total", "compression", "layers"] {
      #expect(inspected[0][key] as? NSObject == inspected[1][key] as? NSObject, "\(key)")
    }
    let costs = try inspected.map { try #require($0["cost"] as? NSDictionary) }
    for key in [
      "survivors", "multiplyAccumulates", "survivingMultiplyAccumulates", "activationBytes", "layers",
    ] {
      #expect(costs[0][key] as? NSObject == costs[1][key] as? NSObject, "\(key)")
    }
    let (dense, compact) = try (
      json("evaluate net --data data --json"), json("evaluate small --data data --json")
    )
    #expect(dense["confusion"] as? [[Int]] == compact["confusion"] as? [[Int]])
    // Packed weights are summed in another order.
    let losses = try (#require(dense["loss"] as? Double), #require(compact["loss"] as? Double))
    #expect((losses.0 - losses.1).magnitude < 1e-5)
    let pruned = try ["net", "small"].map {
      try json("prune \($0) --sensitivity 1.5 --output pruned-\($0) --json")
    }
    #expect(pruned[0]["layers"] as? NSArray == pruned[1]["layers"] as? NSArray)
    let networks = try ["pruned-net", "pruned-small"].map {
      try NetworkFile(contentsOf: folder.path($0)).network.parameters.map(\.parameter)
    }
    for (dense, compact) in zip(networks[0], networks[1]) {
      #expect(dense.mask == compact.mask && dense.values == compact.values)
      // Files stay in the form that they were in.
      #expect(!dense.isPacked && compact.isPacked == (dense.mask != nil))
    }
    _ = try json("retrain small --data data --epochs 1 --output small --json")
    // In place.
    _ = try json("compact small small --json")
    #expect(try NetworkFile(contentsOf: folder.path("small")).network.parameters.count == 4)
  }

  @Test(arguments: [
    ("missing small", 1), ("data/t10k-labels-idx1-ubyte small", 1), ("net missing/small", 1), ("net", 64),
    ("net small --values f8", 64), ("net small --values f16 --data missing", 1),
  ])
  func mistakesAreOneLine(_ arguments: String, status: Int) throws {
    let outcome = espalier.shell("$espalier compact \(arguments)")
    #expect(outcome.status == status && outcome.output == "")
    #expect(
      outcome.errorLines.count == 1 && outcome.errorLines[0].hasPrefix("espalier: error: "),
      "\(outcome.errors)")
    #expect(!folder.names.contains("small"))
  }

  @Test func physicalCompactionTellsWhatWentAndChangesNoOutput() throws {
    let report = try #require(try json("compact --physical net small --json")["physical"] as? NSDictionary)
    let before = try NetworkFile(contentsOf: folder.path("net")).network
    let after = try NetworkFile(contentsOf: folder.path("small")).network
    #expect(after.bits == before.compacted().bits && after.parameterCount < before.parameterCount)
    #expect(try #require(report["largestDifference"] as? Double) < 1e-5)
    let layers = try #require(report["layers"] as? [NSDictionary])
    #expect(layers.compactMap { $0["name"] as? String }.contains("fc1"))
    let (dense, compact) = try (
      json("evaluate net --data data --json"), json("evaluate small --data data --json")
    )
    #expect(dense["confusion"] as? [[Int]] == compact["confusion"] as? [[Int]])
    _ = try json("retrain small --data data --epochs 1 --output small --json")

    let text = espalier("compact", "--physical", "net", "small").output
    #expect(
      text.contains("fc1       linear") && text.contains("outputs of 64 random samples differ by at most "))
  }

  /// Writes a perceptron whose first neuron nobody reads, as `strange`.
  private func writeStrange(weight: Float, bias: Float) throws {
    let network = Network(input: [2]) {
      Linear(weight: Tensor([weight, 1, 1, 1], shape: [2, 2]), bias: Tensor([0, 0], shape: [2])).named("fc1")
      ReLU()
      Linear(weight: Tensor([0, 1, 0, 2], shape: [2, 2]), bias: Tensor([bias, 0], shape: [2])).named("fc2")
    }
    try NetworkFile(network).write(to: folder.path("strange"))
  }

  @Test(arguments: [Float.nan, .infinity])
  func physicalCompactionSaysWhereOutputsAreNotFinite(value: Float) throws {
    // The last bias stays: both networks give one answer of two that is not finite.
    try writeStrange(weight: 1, bias: value)
    let report = try #require(
      try json("compact --physical strange small --json")["physical"] as? NSDictionary)
    #expect(report["outputsNotFinite"] as? Int == 64)
    #expect(try #require(report["largestDifference"] as? Double) < 1e-5)
    let text = espalier("compact", "--physical", "strange", "small").output
    #expect(
      text.contains("outputs of 64 random samples: 64 are infinite or NaN, before and after"), "\(text)")
  }

  @Test func physicalCompactionRefusesToHideWhatIsNotFinite() throws {
    // 0 · NaN is NaN: without the neuron that nobody reads the answers become finite.
    try writeStrange(weight: .nan, bias: 0)
    let outcome = espalier("compact", "--physical", "strange", "small-strange")
    #expect(outcome.status == 1 && outcome.output == "" && outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("strange: outputs for random samples"), "\(outcome.errors)")
    #expect(outcome.errors.contains("nan"), "\(outcome.errors)")
    #expect(!folder.names.contains("small-strange"))
  }

  @Test func groupsAreATableDataAndADrawing() throws {
    let text = espalier("groups", "net").output
    #expect(text.contains("fc1       12      20    19  fc1         fc2"), "\(text)")
    #expect(text.contains("network output: fc2 3"))
    let groups = try #require(try json("groups net --svg groups.svg --json")["groups"] as? [NSDictionary])
    #expect(groups.count == 1 && groups[0]["unitCount"] as? Int == 12)
    let slices = try #require(groups[0]["slices"] as? [NSDictionary])
    #expect(slices.last?["indices"] as? [[Int]] == (0..<12).map { [$0] })
    let root = try MarkupElement.parse(
      String(decoding: try #require(contents(folder.path("groups.svg"))), as: UTF8.self))
    #expect(root.all("path", class: "ring").count == 1)
    let mistake = espalier("groups", "net", "--svg", "net")
    #expect(mistake.status == 64 && mistake.errorLines.count == 1, "\(mistake.errors)")
  }

  /// Dense, its weights would take 1.4 TB, and its mask 45 GB.
  @Test func hugeLayersNeedLittleMemory() throws {
    let side = 600_000
    let matrix = SparseMatrix(
      rows: side, columns: side, rowStarts: (0...side).map { min($0, 1000) },
      columnIndices: (0..<1000).map { Int32(599 * $0) }, rowMajorValues: [Float](repeating: 0.5, count: 1000))
    var layer = Linear(weight: Tensor(zeros: [0, 0]))
    layer.weight = Parameter(matrix, role: .weight)
    try NetworkFile(Network(input: [side]) { layer }).write(to: folder.path("huge"))
    let limit = "ulimit -v 4000000"
    let inspected = espalier.shell("\(limit) && $espalier inspect huge --json")
    #expect(try inspected.json()["total"] as? Int == side * side, "\(inspected.errors)")
    let compacted = espalier.shell("\(limit) && $espalier compact huge small --values bf16")
    #expect(compacted.status == 0 && compacted.output.contains("compact (bf16)"), "\(compacted.errors)")
    #expect(compacted.errors.contains("the accuracy is not measured"))
    let read = try NetworkFile(contentsOf: folder.path("small")).network.parameters[0].parameter
    #expect(read.shape == [side, side] && read.survivors == 1000)
  }
}
