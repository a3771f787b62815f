import Espalier

/// The product of a pruned weight matrix with activations, against all weights on the backend: in the layout of training,
/// and for few samples also in the layout that plans use for them.
enum SpmmSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    try ProductCase.each(run) { productCase, layer, eviction in
      try run.compare("\(PackedLayer.Product.forward.rawValue) \(productCase)") {
        (
          layer.packed(.forward, on: run.compute, after: eviction),
          layer.dense(.forward, on: run.compute, after: eviction)
        )
      }
      guard productCase.batch <= BatchLayout.largestSmallBatch else { return }
      try run.compare("\(PackedLayer.Product.forward.rawValue) \(productCase), planned") {
        (
          layer.planned(on: run.compute, after: eviction),
          layer.dense(.forward, on: run.compute, after: eviction)
        )
      }
    }
  }
}

/// The other products of a packed weight matrix, against all weights on the backend: the gradient by the survivors, and the
/// transposed product, which gives the gradient by the input.
enum SddmmSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    try ProductCase.each(run) { productCase, layer, eviction in
      for product in [PackedLayer.Product.weightGradient, .inputGradient] {
        try run.compare("\(product.rawValue) \(productCase)") {
          (
            layer.packed(product, on: run.compute, after: eviction),
            layer.dense(product, on: run.compute, after: eviction)
          )
        }
      }
    }
  }
}
