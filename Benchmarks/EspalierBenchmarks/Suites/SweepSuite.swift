import Espalier

/// Predictions of one layer over all batches and sparsities, to show that no size falls off a cliff, and the density below
/// which packed products win.
enum SweepSuite: Suite {
  private static let batches = [
    1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 24, 31, 32, 33, 40, 48, 63, 64, 65, 80, 96, 100, 127, 128,
    129, 160,
    192, 224, 255, 256,
  ]
  private static let sparsities = [0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99]

  static func run(in run: BenchmarkRun) throws {
    let odd = LayerShape(outputs: 301, inputs: 785)
    for shape in run.isQuick ? [odd] : [odd] + Array(LayerShape.all.dropFirst()) { try sweep(shape, run) }
    for shape in run.isQuick ? [LayerShape.all[0]] : LayerShape.all { try crossover(shape, run) }
  }

  private static func sweep(_ shape: LayerShape, _ run: BenchmarkRun) throws {
    var times = SweepTimes(
      batches: run.isQuick ? [1, 3, 16, 17, 64] : batches,
      sparsities: run.isQuick ? [0.7, 0.9, 0.99] : sparsities)
    let name =
      "\(shape), every batch up to \(times.batches.last!): the worst time by what its neighbours suggest"
    try run.count(name, unit: "times", goal: .count(atMost: 1.25)) {
      try times.measure(shape, run)
      run.show(times.table(titled: "\(shape)"))
      return times.worstCliff
    }
  }

  /// Where the packed product takes as long as the dense one, between two densities that were measured.
  private static func crossover(_ shape: LayerShape, _ run: BenchmarkRun) throws {
    try run.count(
      "\(shape), batch 128: density below which packed wins", unit: "%", goal: .count(atLeast: 55)
    ) {
      var (last, lastAdvantage) = (0.0, Double.infinity)
      for percentage in stride(from: 20.0, through: 90, by: 5) {
        let advantage = try advantage(shape, density: percentage / 100, run)
        if advantage < 1 {
          let share = lastAdvantage.isFinite ? (lastAdvantage - 1) / (lastAdvantage - advantage) : 1
          return last + (percentage - last) * share
        }
        (last, lastAdvantage) = (percentage, advantage)
      }
      return last
    }
  }

  /// The dense product's time by the packed one's; the shortest times, which a busy machine lengthens least.
  private static func advantage(_ shape: LayerShape, density: Double, _ run: BenchmarkRun) throws -> Double {
    var generator = run.makeGenerator()
    let layer = PackedLayer(shape, batch: 128, sparsity: 1 - density, on: run.compute, using: &generator)
    let comparison = try run.measure(
      "crossover of \(shape), density \(percent(density))",
      layer.packed(.forward, on: run.compute, after: nil), layer.dense(.forward, on: run.compute, after: nil))
    return comparison.rival!.seconds.minimum / comparison.contender.seconds.minimum
  }
}
