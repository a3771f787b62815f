import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

/// The rules under which pruned weights may come back: by hand, and what holds for all of them.
@Suite struct LatentMaskTests {
  /// Inputs of 1, so that the gradients of a row are all y − t.
  private func layer(_ weights: [Float], target: [Float], kept: [Bool]? = nil) -> OneLayer {
    OneLayer(weights: weights, kept: kept, input: [1, 1, 1, 1], target: target)
  }

  private func places(_ layer: OneLayer) -> [Int] { (0..<8).filter { layer.kept[$0] } }

  // Top-KAST

  /// A is 4, −2, 3 and 1.5; B has 1 and 0.5 as well. y − t is (1, 0.5), and the rate 4.
  @Test(arguments: ComputeCase.all)
  func topKASTByHand(_ way: ComputeCase) {
    way {
      var layer = layer([4, 1, -2, 0.5, 3, -0.25, 0.125, 1.5], target: [1, 4])
      let rule = TopKAST(
        TopKAST.Settings(forwardDensity: 0.5, backwardDensity: 0.75, interval: 1, exploration: 0))
      layer.train(steps: 1, [rule], optimizer: SGD(learningRate: 4))
      // θ is now (0, −3, −6, −3.5; 1, −0.25, 0.125, −0.5).
      #expect(layer.values == [0, -3, -6, -3.5, 1, 0, 0, 0] && places(layer) == [1, 2, 3, 4], "\(way)")
    }
  }

  /// The gradient of the penalty is 0.25 · θ in A and 0.25 · θ / 0.5 in the rest of B.
  @Test func topKASTExploration() {
    var layer = layer([4, 1, -2, 0.5, 3, -0.25, 0.125, 1.5], target: [1, 4])
    let rule = TopKAST(
      TopKAST.Settings(forwardDensity: 0.5, backwardDensity: 0.75, interval: 1, exploration: 0.25))
    var trainer = Trainer(
      epochs: 1, batchSize: 1, loss: MeanSquaredError(), optimizer: SGD(learningRate: 4), callbacks: [rule])
    let history = trainer.train(&layer.network, on: layer.dataset)
    #expect(layer.values == [-4, -5, -4, -4.5, 0, 0, 0, 0])
    // θ is now (−4, −5, −4, −4.5; −2, −0.25, 0.125, −2): B has both −2 besides.
    #expect(history.epochs[0].penalty == 0.125 * (16 + 25 + 16 + 20.25 + (4 + 4) / 0.5))
  }

  /// With all weights in B those that were never seen move too: straight through the mask.
  @Test func straightThrough() {
    var layer = layer([4, 1, -2, 0.5, 3, -0.25, 0.125, 1.5], target: [1, 4])
    let rule = TopKAST(
      TopKAST.Settings(forwardDensity: 0.5, backwardDensity: 1, interval: 1, exploration: 0))
    layer.train(steps: 1, [rule], optimizer: SGD(learningRate: 4))
    // θ is now (0, −3, −6, −3.5; 1, −2.25, −1.875, −0.5).
    #expect(layer.values == [0, -3, -6, -3.5, 0, -2.25, 0, 0])
  }

  // Dynamic network surgery

  /// The mean magnitude is 1, so a is 0.6 and b 1.2; the rate is ½.
  @Test(arguments: ComputeCase.all)
  func surgeryByHand(_ way: ComputeCase) {
    way {
      func trained(steps: Int) -> OneLayer {
        var layer = layer([1, 1, 0.5, 2, 0.75, 1.25, 0.5, 1], target: [3, 4])
        let rule = DynamicNetworkSurgery(
          .init(sensitivity: 0, lower: 0.6, upper: 1.2, schedule: UpdateSchedule(to: 2, every: 1)))
        layer.train(steps: steps, [rule], optimizer: SGD(learningRate: 0.5))
        return layer
      }
      // Both of 0.5 go at once. y − t is (1, −1), so θ is (0.5, 0.5, 0, 1.5; 1.25, 1.75, 1, 1.5): 1 was pruned, and is
      // not large enough to come back.
      let first = trained(steps: 1)
      #expect(first.values == [0, 0, 0, 1.5, 1.25, 1.75, 0, 1.5] && places(first) == [3, 4, 5, 7], "\(way)")
      // y − t is (−1.5, 0.5): θ is (1.25, 1.25, 0.75, 2.25; 1, 1.5, 0.75, 1.25). Two come back; 1 was kept, and stays.
      let second = trained(steps: 2)
      #expect(second.values == [1.25, 1.25, 0, 2.25, 1, 1.5, 0, 1.25], "\(way)")
      // After the schedule's end the mask stays, whatever the weights do: y − t is (1.75, −0.25).
      let third = trained(steps: 3)
      #expect(places(third) == places(second), "\(way)")
      #expect(third.values == [0.375, 0.375, 0, 1.375, 1.125, 1.625, 0, 1.375], "\(way)")
    }
  }

  // Movement

  /// At a rate of 0. y − t is (0.5, −1), so the scores are (−0.5, 0.5, −1, −0.25; −2, 1, 0.25, 4); then (−3, 1), and they are
  /// (2.5, −2.5, 5, 1.25; 0, 0, 0, 0), of which the last 0 wins. The weights that come back do so with their old values.
  @Test(arguments: ComputeCase.all)
  func movementByHand(_ way: ComputeCase) throws {
    try way {
      for (steps, scores, values) in [
        (1, [-0.5, 0.5, -1, -0.25, -2, 1, 0.25, 4], [0, -1, 0, 0, 0, 1, 0.25, 4]),
        (2, [2.5, -2.5, 5, 1.25, 0, 0, 0, 0], [1, 0, 2, 0.5, 0, 0, 0, 4]),
      ] as [(Int, [Float], [Float])] {
        var layer = layer([1, -1, 2, 0.5, -2, 1, 0.25, 4], target: [2, 4.25])
        let rule = MovementPruning(to: 0.5, from: 0.5, schedule: UpdateSchedule(from: 1, to: 2, every: 1))
        let trained = try #require(layer.train(steps: steps, [rule])[0] as? MovementPruning)
        #expect(trained.scores(of: layer.network.parameters[0].path)?.values == scores, "\(way)")
        #expect(layer.values == values && layer.kept.count { $0 } == 4, "\(way)")
      }
    }
  }

  // All of them

  private static let rules: [any TrainingCallback] = [
    TopKAST(TopKAST.Settings(forwardDensity: 0.25, backwardDensity: 0.5, interval: 3)),
    TopKAST(TopKAST.Settings(forwardDensity: 0.25, backwardDensity: 1, interval: 3)),
    MovementPruning(to: 0.75, schedule: UpdateSchedule(from: 0.25, to: 2, every: 2)),
    DynamicNetworkSurgery(.init(sensitivity: 0.3, schedule: UpdateSchedule(to: 2.5, every: 2))),
    L0Regularization(.init(strength: 0.01, gateLearningRate: 0.4)),
    L0Regularization(.init(strength: 0.01, gates: .columns, gateLearningRate: 0.4)),
  ]

  @Test(arguments: ComputeCase.all, rules.indices)
  func countsAreExactAndPrunedIsZero(_ way: ComputeCase, _ index: Int) {
    way {
      for optimizer in revivingOptimizers {
        var network = blobNetwork()
        network.prune(threshold: 0.02)
        let before = network
        var trainer = Trainer(
          epochs: 3, batchSize: 25, optimizer: optimizer, callbacks: [Self.rules[index], MaskWatcher()])
        trainer.train(&network, on: blobs())
        let watcher = trainer.callbacks[1] as! MaskWatcher
        #expect(watcher.brokenSteps.isEmpty && watcher.denseSteps.count == 12, "rule \(index), \(way)")
        #expect(network.prunedIsZero, "rule \(index), \(way)")
        if index < 2 { #expect(watcher.survivors.allSatisfy { $0 == [16, 12] }, "\(way)") }
        if index == 2 { #expect(network.weights.map(\.survivors) == [16, 12], "\(way)") }
        for (old, new) in zip(before.weights, network.weights) {
          let (old, new) = (old.mask!, new.mask!)
          #expect((0..<old.count).allSatisfy { old[$0] || !new[$0] }, "rule \(index) revives, \(way)")
          #expect(new.survivors < old.survivors, "rule \(index), \(way)")
        }
      }
    }
  }

  @Test(arguments: rules.indices)
  func seedsAndCalls(_ index: Int) {
    let rule = Self.rules[index]
    let whole = Trained([rule])
    #expect(Trained([rule]) == whole)
    #expect(Trained([rule], calls: [1, 2]) == whole)
    #expect(Trained([rule], calls: [2, 1]) == whole)
    #expect(Trained([rule], seed: 2) != whole)
  }

  /// Connections do come back: some place is pruned at one time and not at a later one.
  @Test(arguments: [0, 1, 2, 3])
  func prunedWeightsComeBack(_ index: Int) {
    var network = blobNetwork()
    var trainer = Trainer(
      epochs: 20, batchSize: 25, optimizer: SGD(learningRate: 0.3),
      callbacks: [Self.longRules[index], Revivals()])
    trainer.train(&network, on: blobs())
    #expect((trainer.callbacks[1] as! Revivals).count > 0)
  }

  private static let longRules: [any TrainingCallback] = [
    TopKAST(TopKAST.Settings(forwardDensity: 0.25, backwardDensity: 0.5, interval: 3)),
    TopKAST(TopKAST.Settings(forwardDensity: 0.25, backwardDensity: 1, interval: 3)),
    MovementPruning(to: 0.75, from: 0.75, schedule: UpdateSchedule(from: 0.25, to: 18, every: 2)),
    DynamicNetworkSurgery(.init(sensitivity: 0.3, schedule: UpdateSchedule(to: 18, every: 2))),
  ]

  /// 4 · 10⁸ places are more than are ever made dense: such a layer stays packed beside one that is trained dense, and may
  /// not be selected itself.
  @Test func layersTooLargeToBeDenseStayPacked() async {
    func trained(_ selection: WeightSelection) -> Network {
      var generator = Xoshiro256(seed: 9)
      let pattern = SparsePattern.random(rows: 20_000, columns: 20_000, survivors: 2000, using: &generator)
      var network = Network(input: [20_000]) {
        Linear(pattern: pattern, using: &generator).named("fc1")
        Linear(inputs: 20_000, outputs: 3, using: &generator).named("fc2")
      }
      let data = Dataset(
        samples: .floats([Float](repeating: 0.5, count: 20_000)), sampleShape: [20_000],
        answers: .classes([2], count: 3))
      let rule = TopKAST(TopKAST.Settings(forwardDensity: 0.1, backwardDensity: 0.2, selection))
      var trainer = Trainer(epochs: 1, batchSize: 1, callbacks: [rule])
      trainer.train(&network, on: data)
      return network
    }
    let network = trained(.layers(["fc2"]))
    #expect(
      network.weights.map(\.survivors) == [2000, 6000] && network.weights.map(\.isPacked) == [true, false])
    await #expect(processExitsWith: .failure) {
      var generator = Xoshiro256(seed: 9)
      let pattern = SparsePattern.random(rows: 20_000, columns: 20_000, survivors: 2000, using: &generator)
      var network = Network(input: [20_000]) { Linear(pattern: pattern, using: &generator) }
      let data = Dataset(
        samples: .floats([Float](repeating: 0.5, count: 20_000)), sampleShape: [20_000],
        answers: .classes([2], count: 20_000))
      var trainer = Trainer(epochs: 1, batchSize: 1, callbacks: [DynamicNetworkSurgery()])
      trainer.train(&network, on: data)
    }
  }

  @Test func settingsSayWhatIsWrong() async {
    let kast = TopKAST.Settings(forwardDensity: 0.1, backwardDensity: 0.2, .layers(["fc1"]))
    #expect(roundTrip(kast) == kast)
    var wrong = kast
    wrong.backwardDensity = 0.05
    #expect(wrong.problem == "backwardDensity: expected a number in 0.1…1.0, found 0.05")
    wrong.forwardDensity = 0
    #expect(wrong.problem == "forwardDensity: expected a positive number, found 0.0")
    wrong.forwardDensity = 3
    #expect(wrong.problem == "forwardDensity: expected a number in 0.0…1.0, found 3.0")
    var surgery = DynamicNetworkSurgery.Settings()
    #expect(roundTrip(surgery) == surgery)
    surgery.lower = 2
    #expect(surgery.problem == "upper: expected at least 2.0, found 1.1")
    await #expect(processExitsWith: .failure) {
      _ = TopKAST.Settings(forwardDensity: 0.5, backwardDensity: 0.2)
    }
    await #expect(processExitsWith: .failure) { _ = DynamicNetworkSurgery.Settings(lower: -1) }
    await #expect(processExitsWith: .failure) { _ = MovementPruning(to: 2) }
  }
}

/// Counts weights that survive a step and did not survive the one before.
private struct Revivals: TrainingCallback {
  private(set) var count = 0
  private var last: Mask?

  mutating func stepEnds(_ network: inout Network, at moment: TrainingMoment) {
    guard let mask = network.weights[0].mask else { return }
    if let last { count += (0..<mask.count).count { mask[$0] && !last[$0] } }
    last = mask
  }
}
