import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierRecipes
import EspalierTensors
import EspalierTraining

/// A small perceptron that was trained on drawn digits, and how to search with it.
enum SearchCase {
  static let seed: UInt64 = 5
  static let data = Dataset.builtInDigits(seed: seed, trainingCount: 1200, testCount: 200)

  static let network: Network = {
    var generator = Xoshiro256(seed: seed)
    var network = Network.perceptron(sizes: [784, 24, 16, 10], using: &generator)
    var trainer = Trainer(epochs: 3, optimizer: Adam(), seed: seed)
    trainer.train(&network, on: data.training)
    return network
  }()

  static let settings = PruningSearchSettings(
    population: 6, generations: 2, levels: [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95], heldOut: 300,
    calibration: 200,
    seed: seed)

  /// Grows with the survivors, and by a fixed part: what a clock would say if there were no noise.
  @Sendable static func fakeLatency(_ network: Network) -> Double {
    1e-6 * (1 + Double(network.multiplyAccumulates.surviving) / 4000)
  }

  static func search(
    _ target: SearchTarget, _ settings: PruningSearchSettings = settings
  ) -> PruningSearch { PruningSearch(target: target, settings: settings) }
}
