import Espalier

/// The product of a weight matrix whose mask has a structure, in the layout of the structure, against the layout that knows
/// none and against all weights on the backend.
enum StructuredSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    guard !run.onlyGoals else { return }
    for size in run.isQuick ? [1024] : [1024, 4096] {
      let shape = LayerShape(outputs: size, inputs: size)
      for structure in StructuredLayer.Structure.all {
        for batch in run.isQuick ? [1, 16, 128] : [1, 2, 4, 8, 16, 32, 64, 128] {
          var generator = run.makeGenerator()
          let layer = StructuredLayer(shape, structure, batch: batch, on: run.compute, using: &generator)
          let name = "\(shape), \(structure), batch \(batch)"
          try run.compare("\(name), against unstructured") {
            (layer.structured(on: run.compute), layer.general(on: run.compute))
          }
          try run.compare("\(name), against dense") {
            (layer.structured(on: run.compute), layer.dense(on: run.compute))
          }
        }
      }
    }
  }
}
