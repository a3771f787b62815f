import ArgumentParser
import Espalier

/// Measures a saved network's predictions.
struct BenchModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-model", abstract: "Measure a saved network's latency and throughput, layer by layer.",
    discussion: """
      For each batch size: median and 99th percentile of the time from samples to outputs, samples a second, and what \
      each step of the network takes. Rates count survivors only: GB/s of weights and positions read, GFLOP/s of \
      2 · survivors operations a sample.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @Option(help: ArgumentHelp("Samples a batch, several separated by commas.", valueName: "sizes"))
  var batch = "1,16,128"

  @Option(help: ArgumentHelp("Batches to measure for each size.", valueName: "count"))
  var runs = 1000

  @OptionGroup var plan: PlanOptions
  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws {
    _ = try batchSizes()
    try require("--runs", runs, "a count of 1 to 1000000") { (1...1_000_000).contains($0) }
  }

  func run() throws {
    try compute {
      let network = try NetworkFile(contentsOf: file).network
      let profiles = try batchSizes().map { plan.makePlan(for: network, batchSize: $0).profile(runs: runs) }
      let report = ModelBenchReport(file: file, profiles: profiles)
      try Console.print(json ? JSONText.encode(report) : report.description)
    }
  }

  private func batchSizes() throws -> [Int] {
    try batch.split(separator: ",", omittingEmptySubsequences: false).map { text in
      guard let size = Int(text), (1...65536).contains(size) else {
        throw ValidationError("--batch: expected sizes of 1 to 65536 separated by commas, found '\(text)'")
      }
      return size
    }
  }
}
