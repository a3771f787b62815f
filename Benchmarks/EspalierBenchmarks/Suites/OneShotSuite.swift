import Espalier

/// Pruning without retraining: what LeNet-300-100 loses on images by each method, what its layers' outputs lose, and how long a
/// large layer takes, here and in PyTorch.
enum OneShotSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    try largeLayer(run)
    try accuracies(run)
  }

  /// A way to prune, and how its amounts are spread.
  private struct Way {
    let name: String
    let method: any LayerPruningMethod
    let isMeasured: Bool

    static let magnitude = Way(name: "magnitude, uniform", method: MagnitudeMethod(), isMeasured: false)
    static let all = [
      magnitude,
      Way(name: "Wanda, uniform", method: WandaMethod(), isMeasured: false),
      Way(name: "SparseGPT, uniform", method: SparseGPT(), isMeasured: false),
      Way(name: "SparseGPT, measured", method: SparseGPT(), isMeasured: true),
      Way(name: "OBS, uniform", method: OptimalBrainSurgeon(), isMeasured: false),
      Way(name: "OBS, measured", method: OptimalBrainSurgeon(), isMeasured: true),
    ]

    func prune(
      _ network: Network, to sparsity: Double, _ samples: Tensor
    ) throws -> (network: Network, errors: [Double]) {
      var pruned = network
      let pruning = OneShotPruning(
        method: method, amounts: isMeasured ? .measured(sparsity) : .uniform(sparsity))
      let reports = try pruning.prune(&pruned, calibration: samples)
      return (pruned, reports.map(\.relativeError))
    }
  }

  private static func accuracies(_ run: BenchmarkRun) throws {
    let data = try BenchmarkData.find()
    let training = run.isQuick ? data.training.prefix(6400) : data.training
    let seeds = run.seed..<run.seed + (run.isQuick ? 1 : 3)
    let networks = seeds.map { trained(on: training, seed: $0, epochs: run.isQuick ? 2 : 15) }
    let images = training.prefix(512).tensor
    let samples = images.reshaped(to: [512] + networks[0].inputShape)
    let targets: [(Double, Double?)] = [(0.7, nil), (0.8, 1.0 / 3), (0.9, 0.5)]
    // The exact surgeon profiled at every level takes most of the time.
    let ways = run.isQuick ? Way.all.dropLast() : Way.all[...]
    for (sparsity, bound) in run.isQuick ? Array(targets.dropFirst(2)) : targets {
      let name = "\(data.name), \(Int(100 * sparsity)) %"
      var losses: [String: Double] = [:]
      var firstErrors: [String: Double] = [:]
      for way in ways {
        ProgressNote.show("oneshot: \(name), \(way.name)")
        var sum = 0.0
        for network in networks {
          let (pruned, errors) = try way.prune(network, to: sparsity, samples)
          sum += accuracy(network, data.test) - accuracy(pruned, data.test)
          firstErrors[way.name, default: 0] += errors[0] / Double(networks.count)
        }
        losses[way.name] = sum / Double(networks.count)
        run.count("\(name): lost by \(way.name)", unit: "points") { losses[way.name] }
      }
      goals(name, losses, bound, run)
      order(name, firstErrors, run)
    }
  }

  private static func goals(
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

  /// The errors of the first layer, whose inputs are the same for all methods, from the best method to the worst.
  private static func order(_ name: String, _ errors: [String: Double], _ run: BenchmarkRun) {
    let order = ["OBS, uniform", "SparseGPT, uniform", "Wanda, uniform", "magnitude, uniform"]
    for way in order {
      run.count("\(name): error of the first layer, \(way)", unit: "%") { 100 * errors[way]! }
    }
    run.count("\(name): methods out of order in the first layer", unit: "pairs", goal: .count(atMost: 0)) {
      Double(zip(order, order.dropFirst()).count { errors[$0]! > errors[$1]! })
    }
  }

  private static func trained(on training: Dataset, seed: UInt64, epochs: Int) -> Network {
    ProgressNote.show("oneshot: training, seed \(seed)")
    var generator = Xoshiro256(seed: seed)
    var network = Network.leNet300100(using: &generator)
    var trainer = TrainingSettings(seed: seed).trainer(epochs: epochs)
    trainer.train(&network, on: training)
    return network
  }

  private static func accuracy(_ network: Network, _ test: Dataset) -> Double {
    100 * network.evaluate(on: test).accuracy
  }
}
