import Espalier

/// Whole predictions of pruned layers and networks, from the caller's samples to the caller's outputs, against the same
/// numbers without masks.
enum InferenceSuite: Suite {
  /// A layer, or a network, with the sparsities that are measured.
  struct Case {
    let name: String
    let sizes: [Int]
    let sparsities: [Double]

    static let leNet = Case(name: "lenet-300-100", sizes: BenchmarkModel.leNet.sizes, sparsities: [0.95])
    static func layer(_ shape: LayerShape, _ sparsities: [Double]) -> Case {
      Case(name: shape.description, sizes: [shape.inputs, shape.outputs], sparsities: sparsities)
    }
  }

  private static let batches = [1, 16, 64, 128]

  static func run(in run: BenchmarkRun) throws {
    let sparsities = run.isQuick ? [0.95] : [0.9, 0.95, 0.98]
    let cases = LayerShape.chosen(run).map { Case.layer($0, sparsities) } + [.leNet]
    for `case` in cases {
      for sparsity in `case`.sparsities {
        for batch in batches { try prediction(`case`, sparsity, batch, run) }
      }
    }
    try threads(run)
  }

  private static func prediction(_ case: Case, _ sparsity: Double, _ batch: Int, _ run: BenchmarkRun) throws {
    try run.compare("\(`case`.name), batch \(batch), \(percent(sparsity)) sparse") {
      var generator = run.makeGenerator()
      let network = Network.pruned(sizes: `case`.sizes, sparsity: sparsity, using: &generator)
      let inputs = Tensor(uniform: 0..<1, shape: [batch, `case`.sizes[0]], using: &generator)
      return (
        Prediction(network, inputs: inputs, on: run.compute).contender(),
        Prediction(network.withoutMasks, inputs: inputs, on: run.compute).contender()
      )
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
