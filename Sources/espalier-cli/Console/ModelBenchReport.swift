import Espalier

/// What `bench-model` found, as JSON and as tables.
struct ModelBenchReport: Encodable, CustomStringConvertible {
  let file: String
  let backend: String
  let core: String
  let instructionSet: String
  let threads: Int
  let values: String
  let batches: [Batch]

  /// One batch size.
  struct Batch: Encodable {
    let batchSize: Int
    let medianSeconds: Double
    let p99Seconds: Double
    let samplesPerSecond: Double
    let steps: [Step]
  }

  /// One step of the network.
  struct Step: Encodable {
    let name: String
    let operation: String
    let density: Double?
    let medianSeconds: Double
    let gigabytesPerSecond: Double?
    let gigaflopsOnSurvivors: Double?
  }

  init(file: String, values: SparseVectorLayout.Values, profiles: [PlanProfile]) {
    let compute = Compute.current
    self.file = file
    backend = compute.backend.rawValue
    core = compute.coreName
    instructionSet = compute.instructionSet.rawValue
    threads = compute.threads
    self.values = values.description
    batches = profiles.map(Batch.init)
  }

  var description: String {
    let heading = "\(file): \(backend) (\(core)), \(instructionSet), \(threads) threads, \(values) values"
    return ([heading] + batches.map(\.description)).joined(separator: "\n\n")
  }
}

extension ModelBenchReport.Batch: CustomStringConvertible {
  init(_ profile: PlanProfile) {
    batchSize = profile.batchSize
    medianSeconds = profile.latency(quantile: 0.5)
    p99Seconds = profile.latency(quantile: 0.99)
    samplesPerSecond = profile.throughput
    steps = profile.steps.map(ModelBenchReport.Step.init)
  }

  var description: String {
    let rate = samplesPerSecond.formatted(decimals: 0)
    let summary =
      "batch \(batchSize): median \(microseconds(medianSeconds)) µs, p99 \(microseconds(p99Seconds)) µs, \(rate) samples/s"
    let (names, operations) = (width(\.name), width(\.operation))
    let header =
      "  " + "step".paddedRight(to: names) + "operator".paddedRight(to: operations)
      + ["density", "µs", "GB/s", "GFLOP/s"].map { $0.paddedLeft(to: 11) }.joined()
    let lines = steps.map { $0.line(names: names, operations: operations) }
    return ([summary, header] + lines).joined(separator: "\n")
  }

  /// The room that a text of each step takes, and two places.
  private func width(_ text: (ModelBenchReport.Step) -> String) -> Int {
    max(steps.map { text($0).count }.max() ?? 0, 10) + 2
  }
}

extension ModelBenchReport.Step {
  init(_ step: PlanProfile.Step) {
    name = step.name
    operation = step.operation
    medianSeconds = step.seconds
    density = step.layer?.density
    gigabytesPerSecond = step.layer.map { Double($0.byteCount) / step.seconds / 1e9 }
    gigaflopsOnSurvivors = step.layer.map {
      Double($0.operationsPerSample) * Double($0.samples) / step.seconds / 1e9
    }
  }

  /// The step's row, its name and operator padded to so many places.
  func line(names: Int, operations: Int) -> String {
    let share = density.map { "\((100 * $0).formatted(decimals: 2)) %" } ?? "–"
    let columns = [
      share, microseconds(medianSeconds), gigabytesPerSecond?.formatted(decimals: 1) ?? "–",
      gigaflopsOnSurvivors?.formatted(decimals: 1) ?? "–",
    ]
    return "  " + name.paddedRight(to: names) + operation.paddedRight(to: operations)
      + columns.map { $0.paddedLeft(to: 11) }.joined()
  }
}

private func microseconds(_ seconds: Double) -> String { (seconds * 1e6).formatted(decimals: 2) }
