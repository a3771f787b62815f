import Espalier

/// The product of a packed weight matrix with activations, against all weights on the backend.
enum SpmmSuite: Suite {
  static func run(in run: BenchmarkRun) throws { try compareProducts([.forward], run) }
}

/// The other products of a packed weight matrix, against all weights on the backend: the gradient by the survivors, and the
/// transposed product, which gives the gradient by the input.
enum SddmmSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    try compareProducts([.weightGradient, .inputGradient], run)
  }
}

private func compareProducts(_ products: [PackedLayer.Product], _ run: BenchmarkRun) throws {
  guard !run.onlyGoals else { return }
  let eviction = CacheEviction()
  for shape in LayerShape.chosen(run) {
    for sparsity in run.isQuick ? [0.9] : [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99] {
      for batch in run.isQuick ? [1, 16, 128] : [1, 4, 16, 64, 128] {
        var generator = run.makeGenerator()
        let layer = PackedLayer(
          shape, batch: batch, sparsity: sparsity, on: run.compute, using: &generator)
        for product in products {
          for (temperature, eviction) in [("warm", nil), ("cold", eviction)] {
            let name =
              "\(product.rawValue) \(shape), batch \(batch), \(percent(sparsity)) sparse, \(temperature)"
            try run.compare(name) {
              (
                layer.packed(product, on: run.compute, after: eviction),
                layer.dense(product, on: run.compute, after: eviction)
              )
            }
          }
        }
      }
    }
  }
}
