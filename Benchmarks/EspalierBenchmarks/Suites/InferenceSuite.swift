import Espalier

/// Whole predictions of pruned layers and networks, from the caller's samples to the caller's outputs, against the same
/// numbers without masks; with weights in the caches and without.
enum InferenceSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    if !run.onlyGoals {
      let eviction = CacheEviction()
      for shape in LayerShape.chosen(run) {
        try predictions("\(shape)", sizes: [shape.inputs, shape.outputs], eviction, run)
      }
      try predictions(BenchmarkModel.leNet.name, sizes: BenchmarkModel.leNet.sizes, eviction, run)
    }
    try threads(run)
  }

  private static func predictions(
    _ name: String, sizes: [Int], _ eviction: CacheEviction, _ run: BenchmarkRun
  ) throws {
    for sparsity in ProductCase.sparsities(run) {
      for batch in ProductCase.batches(run) {
        var generator = run.makeGenerator()
        let network = Network.pruned(sizes: sizes, sparsity: sparsity, using: &generator)
        let inputs = Tensor(uniform: 0..<1, shape: [batch, sizes[0]], using: &generator)
        let pruned = Prediction(network, inputs: inputs, on: run.compute)
        let whole = Prediction(network.withoutMasks, inputs: inputs, on: run.compute)
        for (temperature, eviction) in [("warm", nil), ("cold", eviction)] {
          try run.compare("\(name), batch \(batch), \(percent(sparsity)) sparse, \(temperature)") {
            (pruned.contender(after: eviction), whole.contender(after: eviction))
          }
        }
      }
    }
  }

  /// Two threads against one.
  private static func threads(_ run: BenchmarkRun) throws {
    try run.compare("4096×4096, batch 128, 90 % sparse, by threads", goal: .timesAsFast(atLeast: 1.7)) {
      var generator = run.makeGenerator()
      let network = Network.pruned(sizes: [4096, 4096], sparsity: 0.9, using: &generator)
      let inputs = Tensor(uniform: 0..<1, shape: [128, 4096], using: &generator)
      return (
        Prediction(network, inputs: inputs, on: run.compute.with(threads: 2)).contender(", two threads"),
        Prediction(network, inputs: inputs, on: run.compute.with(threads: 1)).contender(", one thread")
      )
    }
  }
}
