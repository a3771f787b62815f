import EspalierData
import EspalierInference
import EspalierNetworks
import EspalierRecipes
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct DynamicTuningTests {
  /// Images of 9 × 10 in three classes, half of whose values are 0, easy for some samples and hard for others.
  private static func images(_ count: Int, seed: UInt64) -> Dataset {
    var random = Xoshiro256(seed: seed)
    let classes = (0..<count).map { _ in Int32.random(in: 0..<3, using: &random) }
    let values = classes.flatMap { target in
      let noise = Float.random(in: 0.2...2.2, using: &random)
      return (0..<90).map { pixel in
        max(0, (pixel % 3 == Int(target) ? 0.6 : 0) + noise * Float.random(in: -1...1, using: &random))
      }
    }
    return Dataset(samples: .floats(values), sampleShape: [9, 10], answers: .classes(classes, count: 3))
  }

  private static let training = images(1500, seed: 1)
  private static let validation = images(600, seed: 2)
  private static let network: Network = {
    var network = perceptron(density: 0.5, sizes: [90, 60, 30, 3])
    var trainer = Trainer(epochs: 4, optimizer: Adam(learningRate: 0.003), seed: 1)
    trainer.train(&network, on: training)
    return network
  }()

  @Test("A head learns, and the same seed gives the same bits", arguments: [nil, 8])
  func training(hidden: Int?) {
    let before = Self.network.bits
    func train(seed: UInt64) -> ExitHead {
      ExitTraining(hidden: hidden, density: 0.4, epochs: 6, seed: seed).train(
        at: .node("fc1"), of: Self.network, on: Self.training)
    }
    let head = train(seed: 5)
    #expect(head.classifier.bits == train(seed: 5).classifier.bits)
    #expect(head.classifier.bits != train(seed: 6).classifier.bits)
    #expect(Self.network.bits == before, "the network is frozen")
    #expect(head.rule == .never)
    let weights = head.classifier.parameters.filter { $0.parameter.role == .weight }
    let (left, all) = weights.reduce((0, 0)) { ($0.0 + $1.parameter.survivors, $0.1 + $1.parameter.count) }
    #expect(abs(Double(left) - 0.4 * Double(all)) <= 1)
    let samples = Self.validation.tensor.reshaped(to: [600, 9, 10])
    let activations = Self.network.prefix(through: 2).predict(samples)
    let accuracy = Self.validation.accuracy(of: head.classifier.predict(activations))
    #expect(accuracy > 0.6, "a guess would get a third: \(accuracy)")
  }

  @Test(
    "The allowed loss is kept on the samples it was chosen on", arguments: DynamicTuning.Skipping.allCases)
  func bound(skipping: DynamicTuning.Skipping) {
    for (exits, allowed) in [([], 0.02), ([.input, .node("fc1")], 0), ([.input, .node("fc1")], 0.02)]
      as [([ExitHead.Place], Double)]
    {
      let tuning = DynamicTuning(
        exits: exits.map { .init(at: $0, training: ExitTraining(density: 0.3, epochs: 4)) },
        skipping: skipping,
        lossAllowed: allowed, standardErrors: 0)
      let tuned = tuning.tune(Self.network, training: Self.training, validation: Self.validation)
      let samples = Self.validation.tensor.reshaped(to: [600, 9, 10])
      let (answers, outcomes) = tuned.plan.outcomes(of: samples)
      let whole = Self.validation.accuracy(of: Self.network.predict(samples))
      let loss = whole - Self.validation.accuracy(of: answers)
      #expect(
        loss <= allowed + 1e-9 && abs(loss - tuned.validationLoss) < 1e-9, "\(skipping), \(exits), \(allowed)"
      )
      #expect(tuned.heads.count == exits.count && tuned.validationSamples == 600)
      if allowed > 0, !exits.isEmpty {
        #expect(outcomes.count { $0.exit != nil } > 60, "\(skipping): a tenth at least is easy")
        let read = outcomes.reduce(0) { $0 + $1.weightsRead } / 600
        #expect(read < tuned.plan.weightCount, "\(skipping)")
      }
      if skipping == .none { #expect(tuned.plan.layers.allSatisfy { $0.skipping == nil }) }
    }
  }

  @Test("Tuning is the same every time")
  func determinism() {
    let tuning = DynamicTuning(
      exits: [.init(at: .input, training: ExitTraining(epochs: 2))], skipping: .threshold, lossAllowed: 0.02)
    let first = tuning.tune(Self.network, training: Self.training, validation: Self.validation)
    let second = tuning.tune(Self.network, training: Self.training, validation: Self.validation)
    #expect(first.heads.map(\.rule) == second.heads.map(\.rule) && first.skipping == second.skipping)
    #expect(first.plan.layers == second.plan.layers)
  }

  @Test("A margin of standard errors leaves less to lose")
  func margin() {
    func tuned(_ errors: Double) -> TunedInference {
      DynamicTuning(
        exits: [.init(at: .node("fc1"), training: ExitTraining(density: 0.3, epochs: 4))], skipping: .none,
        lossAllowed: 0.03, standardErrors: errors
      ).tune(Self.network, training: Self.training, validation: Self.validation)
    }
    #expect(tuned(50).heads[0].rule.threshold > tuned(0).heads[0].rule.threshold)
  }

  @Test func accuracyCountsTheLargestOutput() {
    let data = Dataset(
      samples: .floats([0, 0, 0]), sampleShape: [1], answers: .classes([0, 1, 1], count: 2))
    #expect(data.accuracy(of: Tensor([2, 1, 0, 3, 5, 5], shape: [3, 2])) == 2.0 / 3)
  }
}
