import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct RigLTests {
  /// One layer of which four weights survive. With x = (1, 2, 3, 4), y = (−1, 6.5) and t = (0, 6) the gradient is
  /// (−1, −2, −3, −4) and (0.5, 1, 1.5, 2).
  private func layer() -> OneLayer {
    OneLayer(
      weights: [1, 0, 0, -0.5, 0, 0.25, 2, 0],
      kept: [true, false, false, true, false, true, true, false], input: [1, 2, 3, 4], target: [0, 6])
  }

  /// After one step f = ½ · (1 + cos(π/2)) = ½ of four go: 0.25 and −0.5. Of all other places the largest gradients are −4,
  /// where −0.5 was, and −3; both begin at 0.
  @Test(arguments: ComputeCase.all)
  func byHand(_ way: ComputeCase) {
    way {
      for packingDensity in packingDensities {
        var layer = layer()
        let rule = RigL(RigL.Settings(fraction: 1, schedule: UpdateSchedule(to: 2, every: 1)))
        layer.train(steps: 3, [rule], packingDensity: packingDensity)
        #expect(layer.kept == [true, false, true, true, false, false, true, false], "\(way)")
        #expect(
          layer.values.map(\.bitPattern) == ([1, 0, 0, 0, 0, 0, 2, 0] as [Float]).map(\.bitPattern), "\(way)")
        #expect(layer.network.parameters[0].parameter.isPacked == (packingDensity == 1), "\(way)")
      }
    }
  }

  /// Velocities move what was kept, with no gradient; what has grown, also where a weight had just gone, rests at 0.
  @Test func momentsOfGrownWeightsAreCleared() {
    for packingDensity in packingDensities {
      for optimizer in [SGD(momentum: 0.9), Adam()] as [any Optimizer] {
        var (layer, optimizer) = (layer(), optimizer)
        optimizer.learningRate = 1e-3
        let rule = RigL(RigL.Settings(fraction: 1, schedule: UpdateSchedule(to: 2, every: 1)))
        layer.train(
          steps: 4, [rule, NoGradientAfter(step: 0)], optimizer: optimizer, packingDensity: packingDensity)
        #expect(layer.kept == [true, false, true, true, false, false, true, false])
        #expect(layer.values[2] == 0 && layer.values[3] == 0)
        // The first gradients are −1 and 1.5: after one step of descent the weights went 0.001 and 0.0015 that way.
        #expect(layer.values[0] > 1.002 && layer.values[6] < 1.998)
      }
    }
  }

  /// Twelve steps; updates after 2, 4 and 6, up to three quarters of them and but for rounding to nothing at 8.
  @Test(arguments: ComputeCase.all)
  func countsStayAndOnlyUpdatesAreDense(_ way: ComputeCase) {
    way {
      for optimizer in revivingOptimizers {
        for packingDensity in packingDensities {
          var network = blobNetwork()
          let rule = RigL(
            RigL.Settings(density: 0.4, fraction: 0.5, schedule: UpdateSchedule(to: 2, every: 2)))
          var trainer = Trainer(
            epochs: 3, batchSize: 25, optimizer: optimizer, packingDensity: packingDensity,
            callbacks: [rule, MaskWatcher()])
          trainer.train(&network, on: blobs())
          let watcher = trainer.callbacks[1] as! MaskWatcher
          // 45 of 112 weights: 64 · ε · 20/64 and 48 · ε · 19/48 with ε = 45/39.
          #expect(watcher.survivors.allSatisfy { $0 == [23, 22] }, "\(way)")
          #expect(watcher.brokenSteps.isEmpty, "\(way)")
          #expect(watcher.denseSteps == (packingDensity == 0 ? Array(0..<12) : [2, 4, 6, 8]), "\(way)")
        }
      }
    }
  }

  @Test func connectionsMoveAsTheSeedAndTheGradientsSay() {
    let rule = RigL(RigL.Settings(density: 0.4, schedule: UpdateSchedule(to: 2.5, every: 2)))
    let whole = Trained([rule])
    #expect(Trained([rule]) == whole)
    #expect(Trained([rule], calls: [1, 2]) == whole)
    #expect(Trained([rule], seed: 2).masks != whole.masks)
    let resting = RigL(RigL.Settings(density: 0.4, fraction: 0, schedule: UpdateSchedule(to: 2.5, every: 2)))
    #expect(Trained([resting]).masks != whole.masks)
  }

  /// What was never pruned has no places to grow at.
  @Test func denseLayersAreLeftAlone() {
    let plain = Trained([])
    #expect(Trained([RigL(RigL.Settings(schedule: UpdateSchedule(every: 2)))]) == plain)
  }

  @Test func erdosRenyiKernel() {
    // ε = (26620 − 1000) / (1084 + 400), for the last layer would keep more than it has.
    #expect(
      ErdosRenyiDistribution().survivors(of: [[300, 784], [100, 300], [10, 100]], density: 0.1) == [
        18714, 6906, 1000,
      ])
    // A convolution [8, 4, 3, 3] has the sum 18 and 288 weights, a matrix [12, 6] the sum 18 and 72.
    #expect(ErdosRenyiDistribution().survivors(of: [[8, 4, 3, 3], [12, 6]], density: 0.1) == [18, 18])
    #expect(ErdosRenyiDistribution().survivors(of: [[5, 7], [3, 2]], density: 1) == [35, 6])
    #expect(ErdosRenyiDistribution().survivors(of: [[5, 7], [3, 2]], density: 0) == [0, 0])
    #expect(ErdosRenyiDistribution().survivors(of: [], density: 0.5).isEmpty)
    var generator = Xoshiro256(seed: 5)
    for _ in 0..<50 {
      let shapes = (0..<3).map { _ in (0..<2).map { _ in Int.random(in: 1...40, using: &generator) } }
      let density = Double.random(in: 0...1, using: &generator)
      let counts = shapes.map { $0[0] * $0[1] }
      let kept = ErdosRenyiDistribution().survivors(of: shapes, density: density)
      #expect(
        kept.reduce(0, +) == Int((density * Double(counts.reduce(0, +))).rounded()), "\(shapes), \(density)")
      #expect(zip(kept, counts).allSatisfy { $0 >= 0 && $0 <= $1 }, "\(shapes), \(density)")
    }
  }

  @Test func randomPruningLeavesPrunedLayersAlone() {
    var network = blobNetwork()
    network.prune(sparsity: 0.5, within: .eachParameter, .weights(of: ["fc2"]))
    let before = network
    var trainer = Trainer(epochs: 0, callbacks: [RigL(RigL.Settings(density: 0.25))])
    trainer.train(&network, on: blobs())
    #expect(network.weights.map(\.survivors) == [16, 24])
    #expect(network.weights[1].values == before.weights[1].values)
    let (old, new) = (before.weights[0].values, network.weights[0].values)
    #expect((0..<64).allSatisfy { new[flat: $0] == (network.weights[0].mask![$0] ? old[flat: $0] : 0) })
  }

  @Test func settingsSayWhatIsWrong() async {
    let settings = RigL.Settings(density: 0.1, schedule: UpdateSchedule(to: 8))
    #expect(roundTrip(settings) == settings && settings.problem == nil)
    var wrong = settings
    wrong.fraction = -1
    #expect(wrong.problem == "fraction: expected a number in 0.0…1.0, found -1.0")
    await #expect(processExitsWith: .failure) { _ = RigL.Settings(density: 2) }
  }
}

/// Leaves the optimizer no gradient in the steps after one.
private struct NoGradientAfter: TrainingCallback {
  let step: Int

  mutating func gradientsReady(
    _ network: inout Network, _ gradients: ParameterGradients, at moment: TrainingMoment
  ) {
    guard moment.stepsDone > step else { return }
    for index in 0..<gradients.count { gradients[index].update(repeating: 0) }
  }
}
