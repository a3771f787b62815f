import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierRecipes
import EspalierTensors
import EspalierTraining
import Testing

/// Channels whose normalisation says what they matter, and networks whose statistics must follow.
@Suite struct NormalizationTests {
  private static let scales: [Float] = [0.5, -2, 0.1, 1, -0.2, 0.8]

  private func network() -> Network {
    var generator = Xoshiro256(seed: 8)
    return Network(input: [1, 8, 8]) {
      Conv2d(inputs: 1, outputs: 6, kernel: 3, bias: false, using: &generator).named("conv")
      BatchNorm(
        scale: Tensor(Self.scales, shape: [6]), shift: Tensor(zeros: [6]), runningMean: Tensor(zeros: [6]),
        runningVariance: Tensor(repeating: 1, shape: [6])
      ).named("norm")
      ReLU()
      Flatten()
      Linear(inputs: 6 * 36, outputs: 3, using: &generator).named("fc")
    }
  }

  @Test func theSmallestScalesGo() throws {
    let importance = ImportanceName.scale.importance()
    let group = try #require(network().dependencyGraph["conv"])
    let found = try importance.scores(of: group, from: PruningEvidence(of: network()))
    let mean = Self.scales.reduce(0) { $0 + Double(abs($1)) } / 6
    for (score, scale) in zip(found, Self.scales) { #expect(abs(score - Double(abs(scale)) / mean) < 1e-6) }
    let pruned = try StructuredPruner(importance: importance).prune(network(), to: .channels(0.5)).network
    #expect(pruned[ParameterPath(node: "norm", name: "scale")]!.values.values == [-2, 1, 0.8])
    #expect(pruned[ParameterPath(node: "conv", name: "weight")]!.shape == [3, 1, 3, 3])
    #expect(pruned.statistics.map(\.values.count) == [3, 3])
    #expect(pruned.multiplyAccumulates.dense == 3 * 9 * 36 + 3 * 36 * 3)
  }

  /// The norms of filter, scale and columns add up.
  @Test func scalesHaveASayBesideWeights() throws {
    let network = network()
    let group = try #require(network.dependencyGraph["conv"])
    let evidence = PruningEvidence(of: network)
    func scores(_ slices: GroupImportance.Slices) throws -> [Double] {
      try GroupImportance(slices: slices, isNormalized: false).scores(of: group, from: evidence)
    }
    let (all, makers, scales) = try (scores(.all), scores(.makers), scores(.scales))
    let columns = network[ParameterPath(node: "fc", name: "weight")]!.values.values
    for unit in 0..<6 {
      var squares = 0.0
      for row in 0..<3 {
        for pixel in 0..<36 {
          squares += Double(columns[row * 216 + unit * 36 + pixel] * columns[row * 216 + unit * 36 + pixel])
        }
      }
      #expect(abs(all[unit] - makers[unit] - scales[unit] - squares.squareRoot()) < 1e-5)
    }
  }

  @Test func slimmingPullsScalesOnly() {
    struct NoGradient: TrainingCallback {
      mutating func gradientsReady(
        _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
      ) {
        for index in 0..<gradients.count { gradients[index].update(repeating: 0) }
      }
    }
    let before = network()
    var after = before
    var trainer = Trainer(
      epochs: 1, batchSize: 24, optimizer: SGD(learningRate: 0.5),
      callbacks: [NoGradient(), Regularization.slimming(strength: 0.1)])
    let history = trainer.train(&after, on: noise(shape: [1, 8, 8]))
    for ((path, old), (_, new)) in zip(before.parameters, after.parameters) {
      let pull: Float = path.name == "scale" ? 0.05 : 0
      for (old, new) in zip(old.values.values, new.values.values) {
        #expect(abs(new - (old - (old > 0 ? pull : -pull))) < 1e-6, "\(path)")
      }
    }
    let sum = Self.scales.reduce(0) { $0 + Double(abs(abs($1) - 0.05)) }
    #expect(abs(history.epochs[0].penalty! - 0.1 * sum) < 1e-6)
  }

  /// Statistics of fresh samples, not those of before the removal: the network is judged with them.
  @Test func statisticsAreMeasuredAnewAfterEveryRemoval() throws {
    let samples = noise(shape: [1, 8, 8], count: 60)
    var pruned: Network?
    try PruneChannelsAndRetrain(
      settings: TrainingSettings(batchSize: 20, seed: 1), epochs: 1, retrainEpochs: 1,
      pruner: StructuredPruner(importance: ImportanceName.scale.importance()), target: .channels(0.5),
      samples: 40
    ).run(network(), training: samples, test: samples) { event in
      if case .pruned(let stage, _, _) = event { pruned = stage.network }
      return .proceed
    }
    var again = try #require(pruned)
    again.recalibrateBatchNorm(on: samples.prefix(40))
    #expect(again.statistics.map(\.values.values) == pruned!.statistics.map(\.values.values))
  }
}
