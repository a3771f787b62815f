import Espalier

/// The peak of resident memory while a model is trained with Adam, each in a process of its own.
enum MemorySuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    for model in BenchmarkModel.all {
      var found: MemoryUse?
      try run.count("\(model.name), batch \(model.batch): peak of training", unit: "MB") {
        found = try MemoryUse.ofChild(training: MemoryCase(model: model), run)
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
