import EspalierFormats
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Foundation
import Testing

/// `--values` of `espalier predict` and `espalier bench-model`.
@Suite struct PlanValuesTests {
  private let folder = TemporaryFolder.withTinyData()

  private var espalier: Espalier {
    Espalier(folder: folder, environment: ["XDG_CACHE_HOME": folder.path("cache")])
  }

  /// Writes a pruned perceptron 16-300-3, whose first layer is worth a sparse operator, as `net`.
  init() throws {
    var generator = Xoshiro256(seed: 1)
    var network = Network.perceptron(sizes: [16, 300, 3], input: [4, 4], using: &generator)
    network.prune(sparsity: 0.8, within: .eachParameter)
    try NetworkFile(network).write(to: folder.path("net"))
  }

  @Test func predictTellsWhatRoundingChanges() throws {
    let exact = espalier("predict", "net", "--data", "data", "--no-calibrate", "--json")
    let rounded = espalier("predict", "net", "--data", "data", "--no-calibrate", "--values", "f16", "--json")
    #expect(exact.status == 0 && rounded.status == 0, "\(exact.errors)\(rounded.errors)")
    #expect(exact.errorLines.isEmpty)
    let (a, b) = try (probabilities(exact), probabilities(rounded))
    // Weights off by 2⁻¹¹ of themselves at most.
    #expect(a.count == b.count && a != b && zip(a, b).allSatisfy { abs($0 - $1) < 0.01 })
    let note = try #require(rounded.errorLines.first)
    #expect(note.hasPrefix("espalier: note: f16 values: ") && note.contains(" of \(a.count) classes"))
  }

  @Test func benchModelReadsLessAtOneSample() throws {
    let reports = try ["f32", "f16"].map { values in
      let outcome = espalier(
        "bench-model", "net", "--batch", "1", "--runs", "3", "--no-calibrate", "--values", values, "--json")
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try outcome.json()
    }
    #expect(reports.map { $0["values"] as? String } == ["f32", "f16"])
    let bytes = try reports.map { report in
      let batch = try #require((report["batches"] as? [[String: Any]])?.first)
      let step = try #require((batch["steps"] as? [[String: Any]])?.first)
      #expect(step["operation"] as? String == "vector")
      return try #require(step["gigabytesPerSecond"] as? Double) * #require(step["medianSeconds"] as? Double)
    }
    #expect(bytes[1] < 0.8 * bytes[0])
  }

  @Test func otherTypesAreMistakes() {
    let outcome = espalier("predict", "net", "--data", "data", "--values", "bf16")
    #expect(outcome.status != 0 && outcome.errors.contains("bf16"))
  }

  private func probabilities(_ outcome: Espalier.Outcome) throws -> [Double] {
    try #require(try outcome.json()["probabilities"] as? [Double])
  }
}
