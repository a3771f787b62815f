import Espalier

/// LeNet-300-100 trained, pruned and retrained as `espalier run` does, and made dynamic.
struct DynamicCase {
  let seed: UInt64
  /// Test samples that stay in the caches, as samples that have just been made do.
  let samples: Tensor
  let packed: DynamicPair
  let dense: DynamicPair

  private static let timedSamples = 500

  init(_ data: BenchmarkData, seed: UInt64, isQuick: Bool) {
    let all = isQuick ? data.training.prefix(12_000) : data.training
    let (training, validation) = all.split(holdingOut: all.count / 6, seed: seed)
    let epochs = isQuick ? 2 : 15
    let settings = TrainingSettings(seed: seed)
    var generator = Xoshiro256(seed: seed)
    let dense = Self.trained(.leNet300100(using: &generator), settings.trainer(epochs: epochs), training)
    var pruned = dense
    pruned.prune(standardDeviations: 2)
    pruned = Self.trained(pruned, settings.trainer(epochs: epochs, epochsDone: epochs), training)
    self.seed = seed
    let test = data.test
    let exit = DynamicTuning.Exit(
      at: .input, training: ExitTraining(hidden: 16, density: 0.15, seed: seed))
    // Less than half a point, so that the test set loses no more than that.
    let tuning = DynamicTuning(exits: [exit], skipping: .none, lossAllowed: 0.003)
    packed = DynamicPair(pruned, tuning, training, validation, test)
    self.dense = DynamicPair(dense, DynamicTuning(isCalibrated: true), training, validation, test)
    samples = test.prefix(Self.timedSamples).tensor
  }

  private static func trained(_ network: Network, _ trainer: Trainer, _ training: Dataset) -> Network {
    var (network, trainer) = (network, trainer)
    trainer.train(&network, on: training)
    return network
  }
}

/// A dynamic network and the static plan of the same.
struct DynamicPair {
  /// The static plan's weights over the mean of those that were read.
  let weightRatio: Double
  /// Accuracy on the test set, in points.
  let pointsLost: Double
  let shareLeaving: Double
  private let dynamic: DynamicInference
  private let whole: InferencePlan

  init(
    _ network: Network, _ tuning: DynamicTuning, _ training: Dataset, _ validation: Dataset, _ test: Dataset
  ) {
    dynamic = tuning.tune(network, training: training, validation: validation).plan
    whole = InferencePlan(network, batchSize: 1, selection: .calibrated())
    let samples = test.tensor.reshaped(to: [test.count] + network.inputShape)
    let (answers, outcomes) = dynamic.outcomes(of: samples)
    let read = outcomes.reduce(0) { $0 + $1.weightsRead }
    weightRatio = Double(dynamic.weightCount) * Double(test.count) / Double(max(read, 1))
    pointsLost = 100 * (test.accuracy(of: whole.predict(samples)) - test.accuracy(of: answers))
    shareLeaving = Double(outcomes.count { $0.exit != nil }) / Double(max(test.count, 1))
  }

  /// One prediction a repetition, of sample after sample.
  func sides(on samples: Tensor) -> (contender: Contender, rival: Contender?) {
    let (own, other) = (
      SampleRun(samples, answers: dynamic.outputShape[0]), SampleRun(samples, answers: dynamic.outputShape[0])
    )
    return (
      Contender("dynamic", .unmeasured) { own.next { dynamic.predict($0, into: $1) } },
      Contender("static", .unmeasured) { other.next { whole.predict($0, into: $1) } }
    )
  }
}

/// Samples that are predicted one after another, again and again.
private final class SampleRun {
  private let samples: Tensor
  private let features: Int
  private var output: Tensor
  private var position = 0

  init(_ samples: Tensor, answers: Int) {
    self.samples = samples
    features = samples.count / samples.shape[0]
    output = Tensor(zeros: [answers])
  }

  func next(_ predict: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void) {
    let first = position * features
    position = position + 1 == samples.shape[0] ? 0 : position + 1
    samples.withUnsafeValues { samples in
      output.withUnsafeMutableValues {
        predict(UnsafeBufferPointer(rebasing: samples[first..<first + features]), $0)
      }
    }
  }
}
