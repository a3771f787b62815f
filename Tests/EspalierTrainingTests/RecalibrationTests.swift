import EspalierData
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct RecalibrationTests {
  private static let network = Network(input: [4]) {
    BatchNorm(channels: 4, affine: false)
    Linear(weight: Tensor([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], shape: [3, 4]))
  }

  /// The mean of the batches' statistics, weighted by their samples: 100 samples in batches of 32 and one of 4.
  @Test(arguments: ComputeCase.all)
  func statisticsAreTheMeansOverTheBatches(_ way: ComputeCase) {
    way {
      let dataset = blobs(count: 100)
      guard case .floats(let values) = dataset.samples else { return }
      var network = Self.network
      network.recalibrateBatchNorm(on: dataset, batchSize: 32)
      var (means, variances) = ([Double](repeating: 0, count: 4), [Double](repeating: 0, count: 4))
      for first in stride(from: 0, to: 100, by: 32) {
        let samples = first..<min(first + 32, 100)
        let size = Double(samples.count)
        for feature in 0..<4 {
          let own = samples.map { Double(values[4 * $0 + feature]) }
          let mean = own.reduce(0, +) / size
          let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (size - 1)
          means[feature] += mean * size / 100
          variances[feature] += variance * size / 100
        }
      }
      #expect(largestDifference(network.statistics[0].values.values, means) < 1e-6)
      #expect(largestDifference(network.statistics[1].values.values, variances) < 1e-6)
      #expect(network.bits == Self.network.bits)
    }
  }

  /// What statistics of another scale spoil, calibration puts right.
  @Test func aNetworkWithTheWrongStatisticsRecovers() {
    var network = Self.network
    network.visitStatistics { path, values in
      values = Tensor(path.name == "runningMean" ? [9, -9, 9, 0] : [100, 0.01, 100, 1], shape: [4])
    }
    let test = blobs(count: 200, seed: 9)
    let spoilt = network.evaluate(on: test).accuracy
    network.recalibrateBatchNorm(on: blobs())
    #expect(spoilt < 0.6 && network.evaluate(on: test).accuracy > 0.8)
    let once = network.statistics.map(\.values.bits)
    network.recalibrateBatchNorm(on: blobs())
    #expect(network.statistics.map(\.values.bits) == once)
  }

  @Test func withoutSamplesNothingMoves() {
    var network = Self.network
    network.recalibrateBatchNorm(on: blobs(count: 0))
    #expect(network.statistics.map(\.values) == Self.network.statistics.map(\.values))
  }
}
