import EspalierData
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct LearningTests {
  @Test(arguments: ComputeCase.all)
  func learnsToClassify(_ way: ComputeCase) {
    way {
      var network = blobNetwork()
      var trainer = Trainer(epochs: 30, batchSize: 32, optimizer: Adam(learningRate: 0.01))
      let history = trainer.train(&network, on: blobs())
      #expect(history.epochs.last!.loss < history.epochs[0].loss / 2, "\(way)")
      #expect(network.evaluate(on: blobs(count: 200, seed: 9)).accuracy > 0.8, "\(way)")
    }
  }

  /// With a momentum of 1 and a learning rate of 0 the running statistics are those of the last batch, here of all
  /// samples: trained with them, and evaluated with them.
  @Test(arguments: ComputeCase.all)
  func stepsMoveRunningStatistics(_ way: ComputeCase) {
    way {
      let dataset = blobs()
      guard case .floats(let values) = dataset.samples else { return }
      var network = Network(input: [4]) {
        BatchNorm(channels: 4, momentum: 1, affine: false)
        Linear(weight: Tensor([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], shape: [3, 4]))
      }
      var trainer = Trainer(epochs: 1, batchSize: dataset.count, optimizer: SGD(learningRate: 0))
      let history = trainer.train(&network, on: dataset)
      let count = Double(dataset.count)
      let means = (0..<4).map { feature in
        stride(from: feature, to: values.count, by: 4).reduce(0) { $0 + Double(values[$1]) } / count
      }
      let variances = (0..<4).map { feature in
        stride(from: feature, to: values.count, by: 4)
          .reduce(0) { $0 + (Double(values[$1]) - means[feature]) * (Double(values[$1]) - means[feature]) }
          / (count - 1)
      }
      #expect(largestDifference(network.statistics[0].values.values, means) < 1e-6, "\(way)")
      #expect(largestDifference(network.statistics[1].values.values, variances) < 1e-6, "\(way)")
      // Biased and unbiased variance differ by 1 / 100.
      let evaluation = network.evaluate(on: dataset)
      #expect(abs(evaluation.loss - history.epochs[0].loss) < 0.02, "\(way)")
      #expect(evaluation.accuracy > 0.8, "\(way)")
    }
  }

  /// A linear layer finds the linear map that made the answers.
  @Test(arguments: ComputeCase.all)
  func learnsValues(_ way: ComputeCase) {
    way {
      let seed: UInt64 = 3
      var generator = Xoshiro256(seed: seed)
      let samples = Tensor(uniform: -1..<1, shape: [50 * 2], using: &generator).values
      let answers = (0..<50).flatMap { row -> [Float] in
        let (x, y) = (samples[2 * row], samples[2 * row + 1])
        return [2 * x - y + 0.5, -x + 0.25 * y, 1]
      }
      let dataset = Dataset(
        samples: .floats(samples), sampleShape: [2], answers: .values(answers, width: 3))
      var network = Network(input: [2]) { Linear(inputs: 2, outputs: 3, using: &generator) }
      var trainer = Trainer(
        epochs: 80, batchSize: 16, loss: MeanSquaredError(), optimizer: SGD(learningRate: 0.2, momentum: 0.8))
      let history = trainer.train(&network, on: dataset, validation: dataset)
      let validation = history.epochs.last!.validation!
      #expect(validation.loss < 1e-6, "\(way), seed \(seed)")
      #expect(validation.confusion.isEmpty && validation.accuracy == 0, "\(way)")
      let parameters = network.parameters.map(\.parameter.values.values)
      #expect(largestDifference(parameters[0], [2, -1, -1, 0.25, 0, 0]) < 1e-2, "\(way), seed \(seed)")
      #expect(largestDifference(parameters[1], [0.5, 0, 1]) < 1e-2, "\(way), seed \(seed)")
    }
  }

  /// Classes become one-hot columns for a loss that takes values.
  @Test func valuesAreMadeOfClasses() {
    var network = blobNetwork()
    var trainer = Trainer(
      epochs: 30, batchSize: 32, loss: MeanSquaredError(), optimizer: Adam(learningRate: 0.01))
    trainer.train(&network, on: blobs())
    let evaluation = network.evaluate(on: blobs(count: 200, seed: 9), loss: MeanSquaredError())
    #expect(evaluation.accuracy > 0.8 && evaluation.loss < 0.15)
  }

  /// The trainer asks the schedule before every step for the time e + i / n, and counts the samples of a batch.
  @Test func theScheduleIsAskedBeforeEveryStep() {
    struct Line: LearningRateSchedule {
      func factor(at time: Double, of epochs: Double) -> Double { time + 100 * epochs }
    }
    struct Recorder: Optimizer {
      var learningRate = 0.5
      var rates: [Double] = []
      mutating func step(
        _ network: inout Network, gradients: ParameterGradients, learningRate: Double, on compute: Compute
      ) { rates.append(learningRate) }
      mutating func reset() { rates = [] }
    }
    var network = blobNetwork()
    var trainer = Trainer(epochs: 2, batchSize: 40, optimizer: Recorder(), schedule: Line())
    let history = trainer.train(&network, on: blobs())
    let expected = [200, 200.4, 200.8, 201, 201.4, 201.8].map { $0 / 2 }
    let rates = (trainer.optimizer as? Recorder)?.rates ?? []
    #expect(rates.count == 6 && zip(rates, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(history.epochs.map(\.learningRate) == [rates[2], rates[5]])
  }
}
