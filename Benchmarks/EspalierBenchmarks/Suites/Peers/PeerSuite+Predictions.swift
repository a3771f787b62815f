import Espalier

extension PeerSuite {
  /// A layer or a network at one batch and sparsity.
  private struct PredictionCase {
    let name: String
    let sizes: [Int]
    let batch: Int
    let sparsity: Double

    static func layer(_ shape: LayerShape, _ batch: Int, _ sparsity: Double = 0.9) -> PredictionCase {
      PredictionCase(
        name: "\(shape), batch \(batch), \(percent(sparsity)) sparse", sizes: [shape.inputs, shape.outputs],
        batch: batch, sparsity: sparsity)
    }

    static func leNet(_ batch: Int) -> PredictionCase {
      PredictionCase(
        name: "lenet-300-100, batch \(batch), 95 % sparse", sizes: BenchmarkModel.leNet.sizes, batch: batch,
        sparsity: 0.95)
    }

    /// Small layers do most of their work outside their products.
    var isLargeLayer: Bool { sizes.count == 2 && sizes[0] >= 1024 && sizes[0] == sizes[1] }
  }

  private static func cases(_ run: BenchmarkRun) -> [PredictionCase] {
    let layers = LayerShape.chosen(run).flatMap { shape in
      [1, 16, 128].map { PredictionCase.layer(shape, $0) }
    }
    let sparsities = run.isQuick ? [] : [0.8, 0.95, 0.98]
    let large = sparsities.map { PredictionCase.layer(LayerShape.all.last!, 128, $0) }
    return layers + large + [1, 16, 64, 128].map(PredictionCase.leNet)
  }

  /// Predictions by survivors against those of sparse products and engines.
  static func predictions(_ run: BenchmarkRun) throws {
    for program in [PeerProgram.sciPy, .pyTorchRows, .mkl] {
      try predictions(program, run) { `case` in
        `case`.isLargeLayer ? [1: 2.2, 16: 3][`case`.batch] : nil
      }
    }
    try predictions(.onnxRuntime, run) { $0.sizes.count > 2 && $0.batch == 1 ? 6 : nil }
    try predictions(.deepSparse, run) { `case` in
      guard `case`.isLargeLayer else { return nil }
      return `case`.batch < 128 ? 8 : `case`.sizes[0] == 4096 ? 1.7 : nil
    }
  }

  /// A case of prediction.py.
  private struct ExchangedCase: Encodable {
    let folder: String
    let sizes: [Int]
    let batch: Int
    let threads: Int
  }

  private static func predictions(
    _ program: PeerProgram, _ run: BenchmarkRun, goal: (PredictionCase) -> Double?
  ) throws {
    try run.withPeer(program) { peer in
      for `case` in cases(run) {
        try run.compareWithPeer(`case`.name, goal: goal(`case`).map { .timesAsFast(atLeast: $0) }) {
          var generator = run.makeGenerator()
          let network = Network.pruned(sizes: `case`.sizes, sparsity: `case`.sparsity, using: &generator)
          let inputs = Tensor(uniform: 0..<1, shape: [`case`.batch, `case`.sizes[0]], using: &generator)
          let folder = try TemporaryFolder()
          try folder.write(network)
          try folder.write(inputs, "inputs")
          try peer.prepare(
            ExchangedCase(
              folder: folder.path, sizes: `case`.sizes, batch: `case`.batch, threads: run.compute.threads))
          let own = Prediction(network, inputs: inputs, on: run.compute)
          return (own.contender(), peer.contender(own.work, in: folder))
        }
      }
    }
  }
}
