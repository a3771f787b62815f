import EspalierFormats
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Foundation
import Testing

/// `espalier bench-model` as a process.
@Suite struct BenchModelTests {
  private let folder = TemporaryFolder()
  private var espalier: Espalier {
    Espalier(folder: folder, environment: ["XDG_CACHE_HOME": folder.path("cache")])
  }

  /// Writes a perceptron 200-120-10 as `net`, with a tenth of its weights left.
  init() throws {
    var generator = Xoshiro256(seed: 1)
    var network = Network.perceptron(sizes: [200, 120, 10], using: &generator)
    network.prune(sparsity: 0.9, within: .eachParameter)
    try NetworkFile(network).write(to: folder.path("net"))
  }

  private func run(_ options: String) -> Espalier.Outcome {
    espalier.shell("$espalier bench-model net --runs 20 \(options)")
  }

  private func report(_ options: String) throws -> [String: Any] {
    let outcome = run("\(options) --json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try outcome.json()
  }

  @Test(arguments: ["", "--no-calibrate"])
  func theReportIsComplete(_ calibration: String) throws {
    let report = try report("--batch 1,16 --threads 2 \(calibration)")
    #expect(
      report.keys.sorted() == ["backend", "batches", "core", "file", "instructionSet", "threads", "values"])
    #expect(report["file"] as? String == "net" && report["threads"] as? Int == 2)
    let batches = try #require(report["batches"] as? [[String: Any]])
    #expect(batches.map { $0["batchSize"] as? Int } == [1, 16])
    for batch in batches {
      let (median, slowest) = (
        try #require(batch["medianSeconds"] as? Double), try #require(batch["p99Seconds"] as? Double)
      )
      #expect(median > 0 && median <= slowest)
      let size = Double(try #require(batch["batchSize"] as? Int))
      let rate = try #require(batch["samplesPerSecond"] as? Double)
      #expect((rate * median / size - 1).magnitude < 1e-9)
      try checkSteps(try #require(batch["steps"] as? [[String: Any]]), size)
    }
  }

  /// The rates are those of the survivors: 2,400 and 120.
  private func checkSteps(_ steps: [[String: Any]], _ batchSize: Double) throws {
    for (name, survivors) in [("fc1", 2400.0), ("fc2", 120)] {
      let step = try #require(steps.first { $0["name"] as? String == name })
      let operators = ["dense", "small-dense", "packed", "row-groups", "vector"]
      #expect(operators.contains(step["operation"] as? String ?? ""), "\(step)")
      #expect(step["density"] as? Double == 0.1)
      let seconds = try #require(step["medianSeconds"] as? Double)
      let rate = try #require(step["gigaflopsOnSurvivors"] as? Double)
      #expect((rate * 1e9 * seconds / (2 * survivors * batchSize) - 1).magnitude < 1e-9)
      // A value a survivor at the least, and no more than all weights, in panels of sixteen rows.
      let bytes = try #require(step["gigabytesPerSecond"] as? Double) * 1e9 * seconds
      #expect(bytes > 3.99 * survivors && bytes < 65 * survivors, "\(step)")
    }
  }

  @Test func theTableHasALineForEachStep() throws {
    let outcome = run("--batch 3,1 --no-calibrate")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let parts = outcome.output.split(separator: "\n\n").map { $0.split(separator: "\n") }
    #expect(parts.count == 3 && parts[0].count == 1 && parts[0][0].hasPrefix("net: "))
    for (part, size) in zip(parts.dropFirst(), [3, 1]) {
      #expect(part[0].hasPrefix("batch \(size): median ") && part[0].hasSuffix(" samples/s"))
      #expect(part[0].contains(" µs, p99 "))
      #expect(
        part[1].split(separator: " ").map(String.init) == [
          "step", "operator", "density", "µs", "GB/s", "GFLOP/s",
        ])
      let layers = part.filter { $0.hasPrefix("  fc") }
      #expect(layers.count == 2 && layers.allSatisfy { $0.contains(" 10.00 % ") }, "\(part)")
    }
  }

  @Test func theFixedRuleIsTheSameEveryTime() throws {
    func operators() throws -> [String] {
      let batches = try #require(try report("--batch 1,2,64 --no-calibrate")["batches"] as? [[String: Any]])
      return batches.flatMap { batch in
        (batch["steps"] as? [[String: Any]] ?? []).compactMap { $0["operation"] as? String }
      }
    }
    #expect(try operators() == operators())
    #expect(!folder.names.contains("cache"))
    _ = try report("--batch 2")
    #expect(folder.names("cache") == ["espalier"])
  }

  @Test(arguments: [
    ("net --batch 0", 64, "--batch: expected sizes of 1 to 65536 separated by commas, found '0'"),
    ("net --batch 1,,2", 64, "--batch: expected sizes of 1 to 65536 separated by commas, found ''"),
    ("net --batch 65537", 64, "--batch: expected sizes of 1 to 65536 separated by commas, found '65537'"),
    ("net --batch many", 64, "--batch: expected sizes of 1 to 65536 separated by commas, found 'many'"),
    ("net --runs 0", 64, "--runs: expected a count of 1 to 1000000, found 0"),
    ("net --runs 1000001", 64, "--runs: expected a count of 1 to 1000000, found 1000001"),
    ("net other", 64, "Unexpected argument 'other'"),
    ("missing", 1, "missing: cannot open: No such file or directory"),
  ])
  func mistakes(_ arguments: String, _ status: Int, _ message: String) {
    let outcome = espalier.shell("$espalier bench-model \(arguments)")
    #expect(outcome.status == status && outcome.output.isEmpty)
    #expect(outcome.errorLines == ["espalier: error: \(message)"])
  }
}
