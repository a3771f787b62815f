import Espalier

/// The forward pass of a layer, pruned or not: product, bias, ReLU.
enum ForwardSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    try compareLayers(
      run, productCount: 1, pass: { $0.forward(on: run.compute) }, products: { [$0.forward(using: &$1)] })
  }
}

/// The backward pass of a layer, pruned or not: derivative of ReLU, bias gradient, weight gradient, input gradient.
enum BackwardSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    try compareLayers(
      run, productCount: 2, pass: { $0.backward(on: run.compute) },
      products: { [$0.weightGradient(using: &$1), $0.inputGradient(using: &$1)] })
  }
}

/// Runs a pass over layers of several sizes, densities and batches: an unpruned one against its bare products, a packed
/// one against the same with all weights and zeros among them.
private func compareLayers(
  _ run: BenchmarkRun, productCount: Int, pass: @escaping (MaskedLayer) -> Void,
  products: (LayerProducts, inout Xoshiro256) -> [ProductBuffers]
) throws {
  for size in run.isQuick ? [512] : [1024, 4096] {
    for batch in [1, 16, 64, 128, 512] {
      let shape = LayerProducts(inputs: size, outputs: size, batch: batch)
      let name = "\(size)×\(size), batch \(batch), density"
      try run.compare("\(name) 1") {
        var generator = run.makeGenerator()
        let rivals = products(shape, &generator)
        let work = Work.products(Double(productCount) * shape.operations)
        let layer = MaskedLayer(size: size, batch: batch, density: 1, .dense, using: &generator)
        return (
          Contender("layer", work) { pass(layer) },
          Contender(ProductBuffers.bareName(run.compute), work) {
            for product in rivals { product.multiplyBare(on: run.compute) }
          }
        )
      }
      for density in [0.5, 0.1, 0.05] {
        try run.compare("\(name) \(density)") {
          var generator = run.makeGenerator()
          let all = Double(productCount) * shape.operations
          func side(_ name: String, _ storage: MaskedLayer.Storage) -> Contender {
            let layer = MaskedLayer(size: size, batch: batch, density: density, storage, using: &generator)
            return Contender(name, .products(surviving: layer.density * all, all: all)) { pass(layer) }
          }
          return (side("packed layer", .packed), side("masked layer", .dense))
        }
      }
    }
  }
}
