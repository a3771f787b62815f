import Espalier

/// Networks in which each sample decides what is computed, against the static plan for one sample: LeNet-300-100 packed,
/// with an early exit before it, and dense, with the zeros among its activations skipped; and single layers that skip.
///
/// The networks are trained without the samples that thresholds are chosen on; accuracies are those on the test set.
enum DynamicSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    try layers(run)
    let data = try BenchmarkData.find()
    var cases: [DynamicCase] = []
    for seed in run.seed..<run.seed + (run.isQuick ? 1 : 3) {
      ProgressNote.show("dynamic: training with seed \(seed)")
      cases.append(DynamicCase(data, seed: seed, isQuick: run.isQuick))
    }
    for dynamic in cases { try times(of: dynamic, run) }
    counts(cases, run)
    allocations(cases[0], run)
  }

  /// Single layers that skip inputs, against the static plan, by density and the share of inputs that are not 0.
  private static func layers(_ run: BenchmarkRun) throws {
    let shapes =
      [LayerShape(outputs: 300, inputs: 784)] + [1024, 4096].map { LayerShape(outputs: $0, inputs: $0) }
    for shape in run.isQuick ? Array(shapes.prefix(2)) : shapes {
      for sparsity in [0, 0.9, 0.95] {
        for active in run.isQuick ? [0.5, 0.1] : [0.7, 0.5, 0.2, 0.05] {
          let sparse = sparsity > 0 ? ", \(percent(sparsity)) sparse" : ""
          try run.compare("\(shape)\(sparse), \(percent(active)) of inputs active") {
            var generator = run.makeGenerator()
            let layer = SkippingLayer(shape, sparsity: sparsity, active: active, using: &generator)
            return (layer.skipping, layer.whole)
          }
        }
      }
    }
  }

  private static func times(of dynamic: DynamicCase, _ run: BenchmarkRun) throws {
    let goal = run.isQuick ? nil : Goal.timesAsFast(atLeast: 1)
    try run.compare("packed, early exit, seed \(dynamic.seed)", goal: goal) {
      dynamic.packed.sides(on: dynamic.samples)
    }
    try run.compare("dense, zeros skipped, seed \(dynamic.seed)", goal: goal) {
      dynamic.dense.sides(on: dynamic.samples)
    }
  }

  /// Weights and accuracies, means over the seeds.
  private static func counts(_ cases: [DynamicCase], _ run: BenchmarkRun) {
    func mean(_ value: (DynamicCase) -> Double) -> Double {
      cases.reduce(0) { $0 + value($1) } / Double(cases.count)
    }
    let goals = run.isQuick ? (nil, nil) : (Goal.count(atLeast: 1.5), Goal.count(atMost: 0.5))
    run.count("packed, early exit: fewer weights read", unit: "times", goal: goals.0) {
      mean { $0.packed.weightRatio }
    }
    run.count("packed, early exit: accuracy lost", unit: "points", goal: goals.1) {
      mean { $0.packed.pointsLost }
    }
    run.count("packed, early exit: samples that leave", unit: "%") { mean { 100 * $0.packed.shareLeaving } }
    run.count("dense, zeros skipped: fewer weights read", unit: "times") { mean { $0.dense.weightRatio } }
    run.count("dense, zeros skipped: accuracy lost", unit: "points") { mean { $0.dense.pointsLost } }
  }

  private static func allocations(_ dynamic: DynamicCase, _ run: BenchmarkRun) {
    for (name, pair) in [("packed, early exit", dynamic.packed), ("dense, zeros skipped", dynamic.dense)] {
      run.count("\(name): 500 predictions", unit: "allocations", goal: .count(atMost: 0)) {
        let side = pair.sides(on: dynamic.samples).contender
        _ = try? side.seconds(10)
        return countAllocations { _ = try? side.seconds(500) }
      }
    }
  }
}
