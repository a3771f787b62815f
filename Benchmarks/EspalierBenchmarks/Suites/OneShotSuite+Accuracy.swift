import Espalier

extension OneShotSuite {
  /// A way to prune, and how its amounts are spread.
  private struct Way {
    let name: String
    let method: any LayerPruningMethod
    let isMeasured: Bool

    static let magnitude = Way(name: "magnitude, uniform", method: MagnitudeMethod(), isMeasured: false)
    static let all = [
      magnitude,
      Way(name: "Wanda, uniform", method: WandaMethod(), isMeasured: false),
      Way(
        name: "Wanda over the layer, uniform", method: WandaMethod(comparison: .parameter), isMeasured: false),
      Way(name: "SparseGPT, uniform", method: SparseGPT(), isMeasured: false),
      Way(name: "SparseGPT, measured", method: SparseGPT(), isMeasured: true),
      Way(name: "ADMM, uniform", method: ADMMReconstruction(), isMeasured: false),
      Way(name: "ADMM, measured", method: ADMMReconstruction(), isMeasured: true),
      Way(name: "OBS, uniform", method: OptimalBrainSurgeon(), isMeasured: false),
      Way(name: "OBS, measured", method: OptimalBrainSurgeon(), isMeasured: true),
    ]

    /// The network pruned to each of the sparsities.
    func prune(_ network: Network, to sparsities: [Double], _ samples: Tensor) throws -> [Network] {
      var pruning = OneShotPruning(method: method, amounts: .uniform(0))
      let amounts =
        isMeasured
        ? try pruning.measuredAmounts(for: sparsities, of: network, calibration: samples)
        : sparsities.map(OneShotAmounts.uniform)
      return try amounts.map { amounts in
        var pruned = network
        pruning.amounts = amounts
        try pruning.prune(&pruned, calibration: samples)
        return pruned
      }
    }
  }

  /// What is lost at each sparsity, and how much of magnitude's loss that may be; nil for what may be lost at all.
  private static let targets: [(sparsity: Double, share: Double?)] = [
    (0.7, nil), (0.8, 1.0 / 3), (0.9, 0.5),
  ]

  /// The points that each way loses on the test set, means of the networks, and the goals of the best.
  static func accuracies(
    of networks: [Network], _ model: OneShotModel, _ calibration: Dataset, _ data: BenchmarkData,
    _ run: BenchmarkRun
  ) throws {
    let targets = run.isQuick ? Array(targets.suffix(1)) : targets
    // The exact surgeon profiled at every level takes most of the time.
    let ways = run.isQuick ? Way.all.dropLast() : Way.all[...]
    var losses: [String: [Double]] = [:]
    for way in ways {
      ProgressNote.show("oneshot: \(model.name), \(way.name)")
      var sums = targets.map { _ in 0.0 }
      for network in networks {
        let samples = calibration.samples(for: network)
        let before = network.evaluate(on: data.test).accuracy
        for (index, pruned) in try way.prune(network, to: targets.map(\.sparsity), samples).enumerated() {
          sums[index] += 100 * (before - pruned.evaluate(on: data.test).accuracy)
        }
      }
      losses[way.name] = sums.map { $0 / Double(networks.count) }
    }
    for (index, target) in targets.enumerated() {
      let name = "\(model.name) on \(data.name), \(Int(100 * target.sparsity)) %"
      for way in ways {
        run.count("\(name): lost by \(way.name)", unit: "points") { losses[way.name]![index] }
      }
      goal(name, losses.mapValues { $0[index] }, target.share, run)
    }
  }

  private static func goal(
    _ name: String, _ losses: [String: Double], _ share: Double?, _ run: BenchmarkRun
  ) {
    let best = losses.values.min()!
    guard let share else {
      run.count("\(name): lost by the best", unit: "points", goal: run.isQuick ? nil : .count(atMost: 1)) {
        best
      }
      return
    }
    run.count(
      "\(name): lost by the best, of magnitude's loss", unit: "times",
      goal: run.isQuick ? nil : .count(atMost: share)
    ) { best / losses[Way.magnitude.name]! }
  }
}
