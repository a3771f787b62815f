import CEspalierBenchmarks
import Espalier
import Glibc

/// A training whose memory is measured.
struct MemoryCase: Codable {
  var model: BenchmarkModel
  /// The share of every layer's weights that is pruned before.
  var sparsity = 0.0
  /// Whether only the others are stored in training.
  var isPacked = false

  /// The case from its JSON text.
  @Sendable
  static func parse(_ text: String) throws -> MemoryCase {
    try JSONText.decode(
      MemoryCase.self, from: text, file: "--memory-of", place: "argument", expected: "a training")
  }
}

/// What a training took, in bytes.
struct MemoryUse: Codable {
  /// Resident before the network is made.
  let start: Double
  /// The peak until training starts.
  let peakBefore: Double
  /// The peak of training.
  let peak: Double
  /// The samples and their classes.
  let data: Double
  let parameters: Int

  var beyondData: Double { peak - data }

  /// Runs this program again to train the case.
  static func ofChild(training memoryCase: MemoryCase, _ run: BenchmarkRun) throws -> MemoryUse {
    let path = try OwnProgram.path()
    let child = try ChildProcess(
      path,
      [
        "--memory-of", JSONText.encode(memoryCase), "--threads", "\(run.compute.threads)", "--seed",
        "\(run.seed)",
      ])
    let answer = child.readLine()
    try child.end()
    guard let answer else { throw ChildFailure(description: "\(path): ended without an answer") }
    return try JSONText.decode(
      MemoryUse.self, from: answer, file: path, place: "answer", expected: "the memory that a training took")
  }

  /// Trains ten steps in this process.
  static func training(_ memoryCase: MemoryCase, seed: UInt64) throws -> MemoryUse {
    let start = try ResidentMemory.now()
    let model = memoryCase.model
    var generator = Xoshiro256(seed: seed)
    var network = Network.perceptron(sizes: model.sizes, using: &generator)
    if memoryCase.sparsity > 0 { network.prune(sparsity: memoryCase.sparsity, within: .eachParameter) }
    if memoryCase.isPacked { network.pack(upTo: 1) }
    let samples = 10 * model.batch
    let data = Dataset(model: model, samples: samples, using: &generator)
    var trainer = Trainer(
      epochs: 1, batchSize: model.batch, packingDensity: memoryCase.isPacked ? 1 : 0)
    let peakBefore = try ResidentMemory.peak()
    if memoryCase.sparsity > 0 { try forgetPeak() }
    trainer.train(&network, on: data)
    return MemoryUse(
      start: start, peakBefore: peakBefore, peak: try ResidentMemory.peak(),
      data: Double(samples * (model.sizes[0] * MemoryLayout<Float>.stride + MemoryLayout<Int32>.stride)),
      parameters: network.parameterCount)
  }

  /// Gives back what was freed, and lets the kernel count the peak anew.
  private static func forgetPeak() throws {
    espalier_give_back_freed_memory()
    let path = "/proc/self/clear_refs"
    guard let file = fopen(path, "w") else { throw FileError(path: path, operation: "open", code: errno) }
    fputs("5", file)
    fclose(file)
  }
}
