import EspalierFormats
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Foundation
import Testing

/// `espalier compact` as a process.
@Suite struct CompactCommandTests {
  let folder = TemporaryFolder()

  /// Writes a pruned perceptron 16-12-3 as `net`, and a folder `data` of random 4 × 4 images.
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
    folder.folder("data")
    for set in ["train", "t10k"] {
      let pixels = (0..<30 * 16).map { _ in UInt8.random(in: 0...255, using: &generator) }
      folder.file(
        "data/\(set)-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 30, 0, 0, 0, 4, 0, 0, 0, 4] + pixels)
      folder.file("data/\(set)-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 30] + (0..<30).map { $0 % 3 })
    }
  }

  private func json(_ script: String) throws -> NSDictionary {
    let outcome = try Command(folder).shell(script)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? NSDictionary)
  }

  private func size(_ name: String) throws -> Int { try #require(contents(folder.path(name))).count }

  @Test func sizesAreThoseOfTheFiles() throws {
    let report = try json("$espalier compact net small --json")
    let (bytes, dense) = try (size("small"), size("net"))
    #expect(report["bytes"] as? Int == bytes && report["denseBytes"] as? Int == dense)
    #expect(report["ratio"] as? Double == Double(dense) / Double(bytes))
    let plain = try #require(report["denseBytesWithoutMasks"] as? Int)
    #expect(
      plain < dense - (16 * 12 + 12 * 3)
        && report["ratioWithoutMasks"] as? Double == Double(plain) / Double(bytes))
    #expect(report["accuracy"] is NSNull)

    let text = try Command(folder).shell("$espalier compact net small").output.split(separator: "\n")
    #expect(text.count == 3 && text[0].hasSuffix(" \(bytes) bytes") && text[1].contains(" \(dense) bytes  "))
  }

  @Test(arguments: ["f16", "bf16"])
  func roundingTellsTheAccuracy(_ type: String) throws {
    let report = try json("$espalier compact net half --values \(type) --data data --json")
    let accuracy = try #require(report["accuracy"] as? NSDictionary)
    let evaluated = try ["net", "half"].map { name in
      try #require(try json("$espalier evaluate \(name) --data data --json")["accuracy"] as? Double)
    }
    #expect(accuracy["before"] as? Double == evaluated[0] && accuracy["after"] as? Double == evaluated[1])
    #expect(accuracy["difference"] as? Double == evaluated[1] - evaluated[0])
    let values = try SafetensorsFile(contentsOf: folder.path("half")).requireEntry("fc1.weight.values")
    #expect(values.type == (type == "f16" ? .float16 : .bfloat16))

    let text = try Command(folder).shell("$espalier compact net half --values \(type) --data data").output
    #expect(text.contains("accuracy on data: ") && text.contains(" points"))
  }

  @Test func theOtherCommandsReadCompactFiles() throws {
    _ = try json("$espalier compact net small --json")
    for command in ["inspect", "evaluate --data data"] {
      #expect(try json("$espalier \(command) net --json") == json("$espalier \(command) small --json"))
    }
    let pruned = try ["net", "small"].map {
      try json("$espalier prune \($0) --sensitivity 1.5 --output pruned-\($0) --json")
    }
    #expect(pruned[0] == pruned[1])
    #expect(contents(folder.path("pruned-net")) == contents(folder.path("pruned-small")))
    _ = try json("$espalier retrain small --data data --epochs 1 --output small --json")
    // In place.
    _ = try json("$espalier compact small small --json")
    #expect(try NetworkFile(contentsOf: folder.path("small")).network.parameters.count == 4)
  }

  @Test(arguments: [
    ("missing small", 1), ("data/t10k-labels-idx1-ubyte small", 1), ("net missing/small", 1), ("net", 64),
    ("net small --values f8", 64), ("net small --values f16 --data missing", 1),
  ])
  func mistakesAreOneLine(_ arguments: String, status: Int32) throws {
    let outcome = try Command(folder).shell("$espalier compact \(arguments)")
    #expect(outcome.status == status && outcome.output == "")
    let lines = outcome.errors.split(separator: "\n").filter { !$0.hasPrefix("espalier: warning: ") }
    #expect(lines.count == 1 && lines[0].hasPrefix("espalier: error: "), "\(outcome.errors)")
    #expect(!folder.names.contains("small"))
  }
}
