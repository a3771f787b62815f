import Espalier

/// The peak of resident memory while a model is trained with Adam, each in a process of its own.
enum MemorySuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    for model in BenchmarkModel.all {
      var found: MemoryUse?
      try run.count("\(model.name), batch \(model.memoryBatch): peak of training", unit: "MB") {
        found = try MemoryUse.ofChild(training: model, run)
        return found.map { $0.peak / 1e6 }
      }
      run.count("\(model.name): at rest, before the network is made", unit: "MB") {
        found.map { $0.start / 1e6 }
      }
      run.count("\(model.name): weights, gradient and two moments", unit: "MB") {
        found.map { 4 * 4 * Double($0.parameters) / 1e6 }
      }
    }
  }
}

/// What a training took, in bytes.
struct MemoryUse: Codable {
  let start: Double
  let peak: Double
  let parameters: Int

  /// Runs this program again to train `model`.
  static func ofChild(training model: BenchmarkModel, _ run: BenchmarkRun) throws -> MemoryUse {
    let path = try OwnProgram.path()
    let child = try ChildProcess(
      path, ["--memory-of", model.name, "--threads", "\(run.compute.threads)", "--seed", "\(run.seed)"])
    let answer = child.readLine()
    try child.end()
    guard let answer else { throw ChildFailure(description: "\(path): ended without an answer") }
    return try JSONText.decode(
      MemoryUse.self, from: answer, file: path, place: "answer", expected: "the memory that a training took")
  }

  /// Trains ten steps in this process.
  static func training(_ model: BenchmarkModel, seed: UInt64) throws -> MemoryUse {
    let start = try ResidentMemory.now()
    var generator = Xoshiro256(seed: seed)
    var network = Network.perceptron(sizes: model.sizes, using: &generator)
    let data = Dataset(model: model, samples: 10 * model.memoryBatch, using: &generator)
    var trainer = Trainer(epochs: 1, batchSize: model.memoryBatch)
    trainer.train(&network, on: data)
    return MemoryUse(start: start, peak: try ResidentMemory.peak(), parameters: network.parameterCount)
  }
}
