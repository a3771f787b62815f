import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct RegularizationTests {
  private static let optimizers: [any Optimizer] = [
    SGD(learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3), Adam(learningRate: 0.01, weightDecay: 1e-3),
    Adam.adamW(learningRate: 0.01),
  ]

  private static func all(strength: Double) -> [any TrainingCallback] {
    [
      Regularization(L1Penalty(), strength: strength),
      Regularization(L1Penalty(), strength: strength, isProximal: true),
      Regularization(L2Penalty(), strength: strength),
      Regularization(ElasticNetPenalty(), strength: strength, isProximal: true),
      Regularization(HoyerPenalty(), strength: strength),
      Regularization(HoyerSquarePenalty(), strength: strength),
      Regularization(GroupLassoPenalty(.rows), strength: strength),
      Regularization(GroupLassoPenalty(.columns), strength: strength, isProximal: true),
    ]
  }

  /// Masked and packed: zeros stay, to the bit, and padding too.
  @Test(arguments: ComputeCase.all)
  func prunedStaysZero(_ way: ComputeCase) {
    way {
      for packingDensity in [0.0, 1] {
        for optimizer in Self.optimizers {
          var network = blobNetwork()
          network.prune(sparsity: 0.6, within: .eachParameter)
          let masks = network.parameters.map(\.parameter.mask)
          var trainer = Trainer(
            epochs: 1, batchSize: 32, optimizer: optimizer, packingDensity: packingDensity,
            callbacks: Self.all(strength: 0.01))
          trainer.train(&network, on: blobs())
          for (mask, (path, parameter)) in zip(masks, network.parameters) {
            #expect(parameter.mask == mask, "\(path), \(way)")
            let bits = parameter.values.bits
            #expect(mask == nil || bits.indices.allSatisfy { mask![$0] || bits[$0] == 0 }, "\(path), \(way)")
            #expect(parameter.packed?.violatedInvariant == nil, "\(path), \(way)")
          }
        }
      }
    }
  }

  /// With no gradient but the penalty's, a step of plain descent is −rate · strength · sign(w); biases are exempt.
  @Test func theGradientIsThePenaltys() {
    var network = blobNetwork()
    let before = network
    var trainer = Trainer(
      epochs: 1, batchSize: 100, optimizer: SGD(learningRate: 0.5),
      callbacks: [NoGradient(), Regularization(L1Penalty(), strength: 0.01, .allExcept(["fc2"]))])
    let history = trainer.train(&network, on: blobs())
    let (old, new) = (before.parameters.map(\.parameter.values), network.parameters.map(\.parameter.values))
    for index in 0..<old[0].count {
      let sign: Float = old[0][flat: index] > 0 ? 1 : -1
      #expect(abs(new[0][flat: index] - (old[0][flat: index] - 0.005 * sign)) < 1e-7)
    }
    #expect(old[1] == new[1] && old[2] == new[2] && old[3] == new[3])
    let sum = new[0].values.reduce(0) { $0 + Double(abs($1)) }
    #expect(abs(history.epochs[0].penalty! - 0.01 * sum) < 1e-9)
  }

  @Test func theProximalStepFollowsTheLearningRateAndTheRamp() {
    var network = blobNetwork()
    let before = network.parameters[0].parameter.values
    var trainer = Trainer(
      epochs: 2, batchSize: 50, optimizer: SGD(learningRate: 0.5),
      callbacks: [
        NoGradient(),
        Regularization(
          L2Penalty(), strength: 0.1, ramp: Ramp(.linear, to: 2), isProximal: true, .layers(["fc1"])),
      ])
    trainer.train(&network, on: blobs())
    let factor = [0.25, 0.5, 0.75, 1].reduce(1) { $0 / (1 + 0.5 * 0.1 * $1) }
    let after = network.parameters[0].parameter.values
    for index in 0..<before.count {
      #expect(abs(after[flat: index] - before[flat: index] * Float(factor)) < 1e-6)
    }
  }

  /// Proximal steps make exact zeros, whole rows of them with groups, that pruning then finds.
  @Test(arguments: ComputeCase.all)
  func zerosCanBePruned(_ way: ComputeCase) {
    way {
      for penalty in [0, 1] {
        var network = blobNetwork()
        let regularizer: any TrainingCallback =
          penalty == 0
          ? Regularization(L1Penalty(), strength: 0.02, isProximal: true)
          : Regularization(GroupLassoPenalty(.rows), strength: 0.05, isProximal: true, .layers(["fc1"]))
        var trainer = Trainer(
          epochs: 20, batchSize: 20, optimizer: SGD(learningRate: 0.1), callbacks: [regularizer])
        trainer.train(&network, on: blobs())
        let zeros = network.parameters.filter { $0.path.name == "weight" }
          .reduce(0) { $0 + $1.parameter.values.values.count { $0 == 0 } }
        #expect(zeros > 8 && zeros < 112, "\(zeros), \(way)")
        network.prune(threshold: .leastNonzeroMagnitude)
        let weights = network.parameters.filter { $0.path.name == "weight" }.map(\.parameter)
        #expect(weights.reduce(0) { $0 + $1.survivors } == 112 - zeros, "\(way)")
        guard penalty == 1 else { continue }
        let rows = weights[0].values.values
        for row in 0..<16 {
          let alive = rows[4 * row..<4 * row + 4].count { $0 != 0 }
          #expect(alive == 0 || alive == 4, "\(way)")
        }
      }
    }
  }

  @Test func twoCallsAreOne() {
    func trained(_ parts: [Int]) -> [[UInt32]] {
      var network = blobNetwork()
      var trainer = Trainer(
        batchSize: 32,
        callbacks: [Regularization(HoyerSquarePenalty(), strength: 0.01, ramp: Ramp(.cubic, to: 3))])
      for epochs in parts {
        trainer.epochs = epochs
        trainer.train(&network, on: blobs())
      }
      return network.bits
    }
    #expect(trained([3]) == trained([1, 2]))
  }

  @Test func ramps() {
    #expect(Ramp().height(at: 0, of: 5) == 1)
    #expect(Ramp(.constant, from: 2).height(at: 1.9, of: 5) == 0)
    #expect(Ramp(.constant, from: 2).height(at: 2, of: 5) == 1)
    let linear = Ramp(.linear, from: 1, to: 3)
    #expect([0, 1, 1.5, 2, 3, 9].map { linear.height(at: $0, of: 9) } == [0, 0, 0.25, 0.5, 1, 1])
    let cubic = Ramp(.cubic, from: 1)
    #expect([0.5, 1, 3, 5].map { cubic.height(at: $0, of: 5) } == [0, 0, 0.875, 1])
  }

  @Test func settingsSayWhatIsWrong() async {
    let wrong = #"{"begin": 3, "end": 2, "shape": "linear"}"#
    #expect(decode(Ramp.self, wrong).problem == "end: expected at least 3.0, found 2.0")
    #expect(
      decode(ElasticNetPenalty.self, #"{"mix": 2}"#).problem == "mix: expected a number in 0.0…1.0, found 2.0"
    )
    let all = Regularization(ElasticNetPenalty(mix: 0.2), strength: 1e-4, isProximal: true, .layers(["fc1"]))
    #expect(roundTrip(all) == all && all.problem == nil)
    await #expect(processExitsWith: .failure) { _ = Regularization(L1Penalty(), strength: -1) }
    await #expect(processExitsWith: .failure) { _ = Ramp(.linear, from: 2, to: 1) }
  }
}
