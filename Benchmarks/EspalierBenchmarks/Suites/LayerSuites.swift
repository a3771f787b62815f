import Espalier

/// The forward pass of a masked layer: product, bias, ReLU.
enum ForwardSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    try compareLayers(
      run, pass: { $0.forward(on: run.compute) }, products: { [$0.forward(using: &$1)] })
  }
}

/// The backward pass of a masked layer: derivative of ReLU, bias gradient, weight gradient, input gradient.
enum BackwardSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    try compareLayers(
      run, pass: { $0.backward(on: run.compute) },
      products: { [$0.weightGradient(using: &$1), $0.inputGradient(using: &$1)] })
  }
}

/// Runs a pass over layers of several sizes, densities and batches: an unmasked one against its bare products, a masked
/// one against an unmasked one.
private func compareLayers(
  _ run: BenchmarkRun, pass: @escaping (MaskedLayer) -> Void,
  products: (LayerProducts, inout Xoshiro256) -> [ProductBuffers]
) throws {
  for size in run.isQuick ? [512] : [1024, 4096] {
    for batch in [1, 16, 64, 128, 512] {
      let shape = LayerProducts(inputs: size, outputs: size, batch: batch)
      for density in [1, 0.5, 0.1, 0.05] {
        var generator = run.makeGenerator()
        let name = "\(size)×\(size), batch \(batch), density \(density.formatted(decimals: 2))"
        try run.compare(name) {
          let rivals = products(shape, &generator)
          let operations = rivals.reduce(0) { $0 + $1.operations }
          let layer = MaskedLayer(size: size, batch: batch, density: density, using: &generator)
          let work = Work.products(surviving: layer.density * operations, all: operations)
          let contender = Contender(density < 1 ? "masked layer" : "layer", work) { pass(layer) }
          guard density < 1 else {
            return (
              contender,
              Contender(ProductBuffers.bareName(run.compute), work) {
                for product in rivals { product.multiplyBare(on: run.compute) }
              }
            )
          }
          let unmasked = MaskedLayer(size: size, batch: batch, density: 1, using: &generator)
          return (contender, Contender("layer without mask", .products(operations)) { pass(unmasked) })
        }
      }
    }
  }
}
