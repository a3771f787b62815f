import EspalierFormats
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import Foundation
import Testing

/// `espalier factor` as a process.
@Suite struct FactorTests {
  private let folder = TemporaryFolder.withTinyData()

  private var espalier: Espalier { Espalier(folder: folder) }

  /// Writes a perceptron 16-12-3 as `net`.
  init() throws {
    var generator = Xoshiro256(seed: 1)
    let network = Network(input: [4, 4]) {
      Flatten()
      Linear(inputs: 16, outputs: 12, using: &generator).named("fc1")
      ReLU()
      Linear(inputs: 12, outputs: 3, using: &generator).named("fc2")
    }
    try NetworkFile(network).write(to: folder.path("net"))
  }

  @Test func fileHoldsTheFactors() throws {
    let outcome = espalier.run("factor net --rank 3 --residual 0.1 --samples 100 --data data -o small --json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let report = try outcome.json() as NSDictionary
    let network = try NetworkFile(contentsOf: folder.path("small")).network
    #expect(
      network.nodes.map(\.name)
        == ["flatten1", "fc1.down", "fc1.up", "fc1.residual", "fc1.sum", "relu1", "fc2"])
    let residual = try #require(network[ParameterPath(node: "fc1.residual", name: "weight")])
    #expect(residual.survivors == 19)
    let layers = try #require(report["layers"] as? [NSDictionary])
    #expect(layers[0]["valuesAfter"] as? Int == 3 * 28 + 19 && layers[0]["valuesBefore"] as? Int == 192)
    #expect(layers[1]["rank"] == nil && layers[1]["valuesAfter"] as? Int == 36)
    for (file, key) in [("net", "accuracyBefore"), ("small", "accuracyAfter")] {
      let evaluated = try espalier.run("evaluate \(file) --data data --json").json()
      #expect(evaluated["accuracy"] as? Double == report[key] as? Double)
    }
  }

  @Test func normalisationIsMeasuredAnew() throws {
    var generator = Xoshiro256(seed: 2)
    let network = Network(input: [4, 4]) {
      Flatten()
      Linear(inputs: 16, outputs: 12, using: &generator).named("fc1")
      BatchNorm(channels: 12).named("norm1")
      ReLU()
      Linear(inputs: 12, outputs: 3, using: &generator).named("fc2")
    }
    try NetworkFile(network).write(to: folder.path("net"))
    let outcome = espalier.run("factor net --rank 3 --samples 100 --data data -o small")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let small = try NetworkFile(contentsOf: folder.path("small")).network
    #expect(small.statistics.count == 2)
    for (now, before) in zip(small.statistics, network.statistics) {
      #expect(now.values.values != before.values.values)
    }
  }

  @Test func tableTellsEveryLayer() throws {
    let outcome = espalier.run("factor net --macs 0.6 --unweighted --samples 50 --data data -o small")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines[1].prefix(5) == ["fc1", "4", "12", "192", "112"], "\(outcome.output)\(outcome.errors)")
    #expect(lines[2].prefix(5) == ["fc2", "1", "3", "36", "15"])
    #expect(outcome.output.contains("127 weights instead of 228, 2 of 2 layers factorised"))
    #expect(outcome.output.contains("accuracy on data: "))
  }

  @Test(
    "Mistakes are one line and write nothing",
    arguments: [
      ("--energy 0", 64, "--energy"), ("--rank 0", 64, "--rank"), ("--macs 1.5", 64, "--macs"),
      ("--rank 2 --residual 1", 64, "--residual"), ("--rank 2 --energy 0.5", 64, "found several"),
      ("", 64, "found none"), ("--rank 2 --layers fc9", 64, "fc9"), ("--rank 2 --samples 1000", 64, "120"),
      ("--macs 0.2", 1, "layer fc2"), ("--rank 2 --damping -1", 64, "--damping"),
    ])
  func mistakes(_ options: String, _ status: Int, _ text: String) {
    let samples = options.contains("--samples") ? "" : " --samples 50"
    let outcome = espalier.run("factor net \(options)\(samples) --data data -o small")
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == 1 && outcome.errors.contains(text), "\(outcome.errors)")
    #expect(outcome.output.isEmpty && contents(folder.path("small")) == nil)
  }
}
