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

      With --dynamic: accuracy on the test set, weights read and time for one sample at a time, of the network as a whole \
      and of one in which layers skip activations and samples leave early. Both run in turn in one process. Weights are \
      counted by multiply-adds: a linear layer's once, those that a convolution has left once for every pixel of its output.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @Option(
    help: ArgumentHelp(
      "Samples a batch, several separated by commas (default: 1,16,128).", valueName: "sizes"))
  var batch: String?

  @Option(help: ArgumentHelp("Batches to measure for each size (default: 1000).", valueName: "count"))
  var runs: Int?

  @OptionGroup var dynamic: DynamicOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var plan: PlanOptions
  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws {
    _ = try batchSizes()
    if dynamic.dynamic, batch != nil || runs != nil {
      throw ValidationError(
        "--dynamic: expected neither --batch nor --runs, found \(batch != nil ? "--batch" : "--runs")")
    }
    if data.data != nil, !dynamic.dynamic { throw ValidationError("--data: expected --dynamic as well") }
    try require("--runs", runs, "a count of 1 to 1000000") { (1...1_000_000).contains($0) }
  }

  func run() throws {
    try compute {
      let network = try NetworkFile(contentsOf: file).network
      if dynamic.dynamic {
        let report = try dynamicReport(of: network)
        return try Console.print(json ? JSONText.encode(report) : report.description)
      }
      let profiles = try batchSizes().map {
        plan.makePlan(for: network, batchSize: $0).profile(runs: runs ?? 1000)
      }
      let report = ModelBenchReport(file: file, values: plan.values, profiles: profiles)
      try Console.print(json ? JSONText.encode(report) : report.description)
    }
  }

  private func dynamicReport(of network: Network) throws -> DynamicReport {
    let sets = try data.load()
    try sets.requireFit(network, file: file)
    try dynamic.requireExits(in: network, file: file)
    let (rest, heldOut) = try dynamic.split(sets.training)
    let tuning = dynamic.tuning(isCalibrated: plan.calibrate)
    let tuned = tuning.tune(network, training: rest, validation: heldOut)
    let whole = plan.makePlan(for: network, batchSize: 1)
    let samples = sets.test.tensor.reshaped(to: [sets.test.count] + network.inputShape)
    return DynamicReport(
      file: file, dataset: sets.name, lossAllowed: tuning.lossAllowed, tuned: tuned,
      profile: tuned.plan.profile(on: samples, against: whole),
      accuracies: (
        sets.test.accuracy(of: whole.predict(samples)), sets.test.accuracy(of: tuned.plan.predict(samples))
      ))
  }

  private func batchSizes() throws -> [Int] {
    try (batch ?? "1,16,128").split(separator: ",", omittingEmptySubsequences: false).map { text in
      guard let size = Int(text), (1...65536).contains(size) else {
        throw ValidationError("--batch: expected sizes of 1 to 65536 separated by commas, found '\(text)'")
      }
      return size
    }
  }
}
