import Espalier

/// What products of pruned layers are measured at: sizes, sparsities, batches, and weights in the caches or not.
struct ProductCase: CustomStringConvertible {
  let shape: LayerShape
  let sparsity: Double
  let batch: Int
  let isCold: Bool

  static func sparsities(_ run: BenchmarkRun) -> [Double] {
    run.isQuick ? [0.95] : [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99]
  }

  static func batches(_ run: BenchmarkRun) -> [Int] { run.isQuick ? [1, 16, 128] : [1, 4, 16, 64, 128] }

  var description: String {
    "\(shape), batch \(batch), \(percent(sparsity)) sparse, \(isCold ? "cold" : "warm")"
  }

  /// Calls `body` with every case, its layer, and what makes the weights cold; with none when only goals are wanted.
  static func each(
    _ run: BenchmarkRun, _ body: (ProductCase, PackedLayer, CacheEviction?) throws -> Void
  ) throws {
    guard !run.onlyGoals else { return }
    let eviction = CacheEviction()
    for shape in LayerShape.chosen(run) {
      for sparsity in sparsities(run) {
        for batch in batches(run) {
          var generator = run.makeGenerator()
          let layer = PackedLayer(
            shape, batch: batch, sparsity: sparsity, on: run.compute, using: &generator)
          for isCold in [false, true] {
            let productCase = ProductCase(shape: shape, sparsity: sparsity, batch: batch, isCold: isCold)
            try body(productCase, layer, isCold ? eviction : nil)
          }
        }
      }
    }
  }
}
