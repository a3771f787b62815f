internal import EspalierData
public import EspalierTensors

/// When a callback is called, and what it may need to know.
///
/// Time begins with the trainer's first call of `train` and goes on from call to call, so that two calls of one epoch are
/// one of two.
public struct TrainingMoment: Sendable {
  /// The moments of `TrainingCallback`.
  enum Kind: UInt64 { case epochBegins, trainingBegins, stepBegins, gradientsReady, stepEnds, epochEnds }

  /// The optimizer's steps so far. Those of an epoch that ended early do not count once it has ended: it is begun anew.
  public let stepsDone: Int
  /// Steps an epoch.
  public let stepsPerEpoch: Int
  /// Epochs so far, those of earlier trainers included: `Trainer.epochsDone`.
  public let epochsDone: Int
  /// When the present call of `train` ends, in epochs, if nothing ends it earlier.
  public let end: Double
  /// The learning rate of the step at hand; between steps, that of the next or last one.
  public let learningRate: Double
  /// Who computes.
  public let compute: Compute

  let seed: UInt64
  private var kind = Kind.epochBegins
  private var callback = 0

  init(
    stepsDone: Int, stepsPerEpoch: Int, epochsDone: Int, end: Double, learningRate: Double, compute: Compute,
    seed: UInt64
  ) {
    self.stepsDone = stepsDone
    self.stepsPerEpoch = stepsPerEpoch
    self.epochsDone = epochsDone
    self.end = end
    self.learningRate = learningRate
    self.compute = compute
    self.seed = seed
  }

  /// Epochs so far, with fractions.
  public var time: Double { Double(stepsDone) / Double(max(stepsPerEpoch, 1)) }

  /// The number of the step that is nearest to a time in epochs.
  public func step(at time: Double) -> Int { Int((time * Double(stepsPerEpoch)).rounded()) }

  /// A generator that depends on the trainer's seed, on the moment and on the callback's place among the others only; the
  /// same however often it is asked for.
  public func generator() -> Xoshiro256 {
    Xoshiro256(
      seed: (seed &+ UInt64(callback) &* 0xD1B5_4A32_D192_ED03) ^ kind.rawValue &* 0xE703_7ED1_A0B4_28DB)
  }

  /// One step later.
  var afterStep: TrainingMoment {
    TrainingMoment(
      stepsDone: stepsDone + 1, stepsPerEpoch: stepsPerEpoch, epochsDone: epochsDone, end: end,
      learningRate: learningRate, compute: compute, seed: seed &+ Self.seedOfStep)
  }

  /// By which the seeds of consecutive steps differ.
  static let seedOfStep: UInt64 = 0xA076_1D64_78BD_642F

  /// This moment for one of several callbacks.
  func of(_ kind: Kind, callback index: Int) -> TrainingMoment {
    var moment = self
    (moment.kind, moment.callback) = (kind, index)
    return moment
  }
}

extension Trainer {
  /// The moment at a step of the epoch number `epoch` of the present call, of `steps` steps.
  ///
  /// `epochsDone` has to count the epochs of the call that are complete: `epoch` of them, and one more after the last step.
  func moment(
    epoch: Int, step: Int, of steps: Int, learningRate: Double, on compute: Compute
  ) -> TrainingMoment {
    let before = epochsDone - firstEpoch
    return TrainingMoment(
      stepsDone: before * steps + step, stepsPerEpoch: steps, epochsDone: epochsDone,
      end: Double(before - epoch + epochs), learningRate: learningRate, compute: compute,
      seed: ~(seed &+ UInt64(epochsDone) &* 0x9E37_79B9_7F4A_7C15)
        &+ UInt64(step) &* TrainingMoment.seedOfStep)
  }

  /// The moment between two epochs, before the one of that number.
  func moment(epoch: Int, _ dataset: Dataset, on compute: Compute) -> TrainingMoment {
    let rate = optimizer.learningRate * schedule.factor(at: Double(epoch), of: Double(epochs))
    return moment(
      epoch: epoch, step: 0, of: stepsPerEpoch(on: dataset), learningRate: rate, on: compute)
  }

  /// The batches of a data set.
  func stepsPerEpoch(on dataset: Dataset) -> Int {
    precondition(batchSize > 0, "a batch holds at least one sample, not \(batchSize)")
    return (dataset.count + batchSize - 1) / batchSize
  }
}
