import EspalierData
import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

/// The optimizers that would revive pruned weights if they could.
let revivingOptimizers: [any Optimizer] = [
  SGD(learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3),
  Adam(learningRate: 0.01, weightDecay: 1e-3), Adam.adamW(learningRate: 0.01),
]

/// The share of weights up to which layers are packed: none, and all that have been pruned at all.
let packingDensities = [0.0, 1]

/// Looks at a network after every step: how many weights survive, and whether what is pruned is +0.0.
struct MaskWatcher: TrainingCallback {
  /// The survivors of every weight after every step.
  private(set) var survivors: [[Int]] = []
  /// Steps before whose optimizer step the first parameter's gradient had one number for each of its values.
  private(set) var denseSteps: [Int] = []
  private(set) var brokenSteps: [Int] = []

  mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    if gradients[0].count == network.parameters[0].parameter.count { denseSteps.append(moment.stepsDone) }
  }

  mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    survivors.append(network.weights.map(\.survivors))
    if !network.prunedIsZero { brokenSteps.append(moment.stepsDone) }
  }
}

extension Network {
  /// The weights without the biases.
  var weights: [Parameter] { parameters.map(\.parameter).filter { $0.role == .weight } }

  /// Whether every pruned value and all padding is +0.0, to the bit.
  var prunedIsZero: Bool {
    parameters.allSatisfy { _, parameter in
      if let packed = parameter.packed { return packed.violatedInvariant == nil }
      guard let mask = parameter.mask else { return true }
      let bits = parameter.values.bits
      return bits.indices.allSatisfy { mask[$0] || bits[$0] == 0 }
    }
  }
}

/// What a training on `blobs` in several calls leaves: bits and masks.
struct Trained: Equatable {
  let bits: [[UInt32]]
  let masks: [Mask?]

  init(
    _ callbacks: [any TrainingCallback], calls: [Int] = [3], seed: UInt64 = 1,
    optimizer: any Optimizer = Adam(),
    packingDensity: Double? = nil
  ) {
    var network = blobNetwork()
    var trainer = Trainer(
      batchSize: 25, optimizer: optimizer, seed: seed, packingDensity: packingDensity, callbacks: callbacks)
    for epochs in calls {
      trainer.epochs = epochs
      trainer.train(&network, on: blobs())
    }
    bits = network.bits
    masks = network.parameters.map(\.parameter.mask)
  }
}

/// Two outputs of four inputs without biases, of which the given weights survive; one sample with the gradient of the mean
/// squared error (y − t) · xᵀ.
struct OneLayer {
  var network: Network
  let dataset: Dataset

  init(weights: [Float], kept: [Bool]?, input: [Float], target: [Float]) {
    network = Network(input: [4]) { Linear(weight: Tensor(weights, shape: [2, 4])) }
    if let kept {
      network.visitParameters { _, parameter in parameter.prune(keeping: Mask(kept, shape: [2, 4])) }
    }
    dataset = Dataset(samples: .floats(input), sampleShape: [4], answers: .values(target, width: 2))
  }

  /// Trains with one step an epoch; returns the callbacks as they are then.
  @discardableResult
  mutating func train(
    steps: Int, _ callbacks: [any TrainingCallback], optimizer: any Optimizer = SGD(learningRate: 0),
    packingDensity: Double = 0
  ) -> [any TrainingCallback] {
    var trainer = Trainer(
      epochs: steps, batchSize: 1, loss: MeanSquaredError(), optimizer: optimizer,
      packingDensity: packingDensity, callbacks: callbacks)
    trainer.train(&network, on: dataset)
    return trainer.callbacks
  }

  var values: [Float] { network.parameters[0].parameter.values.values }
  var kept: [Bool] {
    guard let mask = network.parameters[0].parameter.mask else { return [Bool](repeating: true, count: 8) }
    return (0..<8).map { mask[$0] }
  }
}
