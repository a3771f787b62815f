import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierRecipes
import EspalierTensors
import EspalierTraining

/// A tiny perceptron that was trained on drawn digits of 7 × 7 pixels, and how to search with it.
enum SearchCase {
  static let seed: UInt64 = 5
  static let training = pooled(Dataset.builtInDigits(seed: seed, trainingCount: 1500, testCount: 0).training)

  static let network: Network = {
    var generator = Xoshiro256(seed: seed)
    var network = Network.perceptron(sizes: [49, 24, 16, 10], using: &generator)
    var trainer = Trainer(epochs: 8, optimizer: Adam(), seed: seed)
    trainer.train(&network, on: training)
    return network
  }()

  /// The same with batch normalisation.
  static let normalised: Network = {
    var generator = Xoshiro256(seed: seed)
    var network = Network(input: [49]) {
      Linear(inputs: 49, outputs: 24, using: &generator).named("fc1")
      BatchNorm(channels: 24)
      ReLU()
      Linear(inputs: 24, outputs: 16, using: &generator).named("fc2")
      BatchNorm(channels: 16)
      ReLU()
      Linear(inputs: 16, outputs: 10, using: &generator).named("fc3")
    }
    var trainer = Trainer(epochs: 4, optimizer: Adam(), seed: seed)
    trainer.train(&network, on: training)
    return network
  }()

  static let settings = PruningSearchSettings(
    population: 6, generations: 2, levels: [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.95],
    patterns: [NOfM(1, of: 4)], heldOut: 300,
    calibration: 200, seed: seed)

  /// Grows with the survivors, and by a fixed part: what a clock would say if there were no noise.
  @Sendable static func fakeLatency(_ network: Network) -> Double {
    1e-6 * (1 + Double(network.multiplyAccumulates.surviving) / 300)
  }

  /// Whether every row keeps at most one of each four neighbours.
  @Sendable static func isOneOfFour(_ weight: Parameter) -> Bool {
    let (rows, columns) = (weight.shape[0], weight.shape[1])
    guard let mask = weight.mask else { return false }
    return (0..<rows).allSatisfy { row in
      stride(from: 0, to: columns, by: 4).allSatisfy { first in
        (first..<min(first + 4, columns)).count { mask[row * columns + $0] } <= 1
      }
    }
  }

  static func search(
    _ target: SearchTarget, _ settings: PruningSearchSettings = settings
  ) -> PruningSearch { PruningSearch(target: target, settings: settings) }

  /// Means of 4 × 4 pixels.
  private static func pooled(_ digits: Dataset) -> Dataset {
    let pixels = digits.tensor.values
    let values = (0..<digits.count * 49).map { index -> Float in
      let (digit, row, column) = (index / 49, index % 49 / 7, index % 7)
      let sum = (0..<16).reduce(Float(0)) { sum, tap in
        sum + pixels[digit * 784 + (4 * row + tap / 4) * 28 + 4 * column + tap % 4]
      }
      return sum / 16
    }
    return Dataset(samples: .floats(values), sampleShape: [49], answers: digits.answers)
  }
}
