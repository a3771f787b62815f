import Espalier

extension OneShotSuite {
  private static let methods: [(name: String, method: any LayerPruningMethod)] = [
    ("OBS", OptimalBrainSurgeon()), ("SparseGPT", SparseGPT()),
    ("Wanda over the layer", WandaMethod(comparison: .parameter)),
    ("magnitude over the layer", MagnitudeMethod()),
    ("Wanda by rows", WandaMethod()), ("magnitude by rows", MagnitudeMethod(comparison: .row)),
    ("ADMM", ADMMReconstruction()),
  ]

  /// Which method's errors should not exceed which other's in any layer, by their places in `methods`.
  private static let order = [(0, 1), (1, 2), (1, 4), (2, 3), (4, 5)]

  /// Every layer is pruned alone, so that all methods see the same inputs: the errors of its outputs, means of the networks, and
  /// the layers in which methods are out of the order of what they know about the inputs.
  static func order(
    of networks: [Network], _ model: OneShotModel, _ calibration: Dataset, _ run: BenchmarkRun
  ) throws {
    for sparsity in run.isQuick ? [0.9] : [0.7, 0.8, 0.9] {
      let name = "\(model.name), \(Int(100 * sparsity)) %"
      var errors: [[Double]] = []
      for (method, pruning) in methods {
        ProgressNote.show("oneshot: \(name), errors of \(method)")
        let found = try layerErrors(of: networks, pruning, sparsity, calibration)
        errors.append(found)
        run.count("\(name): mean error of a layer, \(method)", unit: "%") {
          100 * found.reduce(0, +) / Double(found.count)
        }
      }
      for (better, worse) in order {
        run.count(
          "\(name): \(methods[better].name) behind \(methods[worse].name)", unit: "layers",
          goal: run.isQuick ? nil : .count(atMost: 0)
        ) { Double(zip(errors[better], errors[worse]).count { $0 > $1 }) }
      }
    }
  }

  /// For each layer the error of its outputs over their energy when it alone is pruned, the mean of the networks.
  private static func layerErrors(
    of networks: [Network], _ method: any LayerPruningMethod, _ sparsity: Double, _ calibration: Dataset
  ) throws -> [Double] {
    try networks[0].oneShotLayers.map { layer in
      try networks.reduce(0) { sum, network in
        var pruned = network
        let reports = try OneShotPruning(method: method, amounts: .uniform(sparsity), layers: [layer])
          .prune(&pruned, calibration: calibration.samples(for: network))
        return sum + reports[0].relativeError
      } / Double(networks.count)
    }
  }
}
