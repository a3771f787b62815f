import Espalier

/// The size of a fully connected layer.
struct LayerShape: CustomStringConvertible {
  let outputs: Int
  let inputs: Int

  var description: String { "\(outputs)×\(inputs)" }

  /// A layer of LeNet-300-100, a square one, the second of a transformer's block, a large one.
  static let all = [
    LayerShape(outputs: 300, inputs: 784), LayerShape(outputs: 1024, inputs: 1024),
    LayerShape(outputs: 768, inputs: 3072), LayerShape(outputs: 4096, inputs: 4096),
  ]

  /// All of them, or in a quick run the two small ones.
  static func chosen(_ run: BenchmarkRun) -> [LayerShape] { run.isQuick ? Array(all.prefix(2)) : all }
}

extension Compute {
  /// The same choice with another number of threads.
  func with(threads: Int) -> Compute {
    Compute(backend: backend, instructionSet: instructionSet, threads: threads)
  }
}
