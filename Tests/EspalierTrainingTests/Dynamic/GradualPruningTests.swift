import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct GradualPruningTests {
  /// 100 samples in batches of 25 are four steps an epoch; updates come after the steps 1, 3, 5 and 7 of twelve. With s_i
  /// 0.1 and s_f 0.9 they reach 0.1, 0.9 − 0.8 · 8/27, 0.9 − 0.8 / 27 and 0.9 of 112 weights.
  @Test(arguments: ComputeCase.all)
  func everyUpdateMeetsItsSparsityExactly(_ way: ComputeCase) {
    let rule = GradualPruning(
      to: 0.9, from: 0.1, schedule: UpdateSchedule(from: 0.25, to: 2, every: 2), within: .network)
    way {
      for (index, optimizer) in revivingOptimizers.enumerated() {
        for packingDensity in packingDensities {
          var network = blobNetwork()
          var trainer = Trainer(
            epochs: 3, batchSize: 25, optimizer: optimizer, packingDensity: packingDensity,
            callbacks: [rule, MaskWatcher()])
          trainer.train(&network, on: blobs())
          let watcher = trainer.callbacks[1] as! MaskWatcher
          let pruned = watcher.survivors.map { 112 - $0.reduce(0, +) }
          #expect(
            pruned == [11, 11, 74, 74, 97, 97, 101, 101, 101, 101, 101, 101], "optimizer \(index), \(way)")
          #expect(watcher.brokenSteps.isEmpty, "optimizer \(index), packed up to \(packingDensity), \(way)")
          #expect(network.weights[0].isPacked == (packingDensity == 1), "\(way)")
        }
      }
    }
  }

  /// Layer by layer, the linear ramp, and by default three quarters of the training.
  @Test func otherShapesAndScopes() {
    var network = blobNetwork()
    var trainer = Trainer(
      epochs: 2, batchSize: 25,
      callbacks: [
        GradualPruning(
          to: 0.5, schedule: UpdateSchedule(every: 2), shape: .linear, within: .eachParameter,
          .layers(["fc1"])),
        MaskWatcher(),
      ])
    trainer.train(&network, on: blobs())
    // Updates after 0, 2, 4 and 6 steps of eight: 0, 1/6, 1/3 and 1/2 of 64.
    let survivors = (trainer.callbacks[1] as! MaskWatcher).survivors
    #expect(survivors.map { 64 - $0[0] } == [0, 11, 11, 21, 21, 32, 32, 32])
    #expect(survivors.allSatisfy { $0[1] == 48 })
  }

  /// An interval longer than the schedule leaves one update, which reaches the final sparsity.
  @Test func oneUpdateIsTheLast() {
    var network = blobNetwork()
    var trainer = Trainer(
      epochs: 1, batchSize: 25,
      callbacks: [
        GradualPruning(to: 0.75, schedule: UpdateSchedule(from: 0, to: 1, every: 50)), MaskWatcher(),
      ])
    trainer.train(&network, on: blobs())
    #expect((trainer.callbacks[1] as! MaskWatcher).survivors.allSatisfy { $0.reduce(0, +) == 28 })
  }

  /// With magnitudes of the whole network a pruner does the same as the rule alone, bit for bit; others keep to the ramp.
  @Test func anyPrunerFollowsTheRamp() {
    let rule = GradualPruning(to: 0.9, from: 0.1, schedule: UpdateSchedule(from: 0.25, to: 2, every: 2))
    let magnitudes = Pruner(distribution: GlobalDistribution(), minimumKept: 0)
    #expect(Trained([PrunerRamp(rule, pruner: magnitudes)]) == Trained([rule]))
    var network = blobNetwork()
    let taylor = Pruner(criterion: TaylorCriterion(), distribution: ErdosRenyiDistribution())
    var trainer = Trainer(
      epochs: 3, batchSize: 25,
      callbacks: [PrunerRamp(rule, pruner: taylor, samples: blobs()), MaskWatcher()])
    trainer.train(&network, on: blobs())
    let watcher = trainer.callbacks[1] as! MaskWatcher
    #expect(
      watcher.survivors.map { 112 - $0.reduce(0, +) } == [
        11, 11, 74, 74, 97, 97, 101, 101, 101, 101, 101, 101,
      ])
    #expect(watcher.brokenSteps.isEmpty)
    // Another schedule over the same four updates: at 0, 1/3, 2/3 and 1 of them all goes from the second on.
    var other = blobNetwork()
    let late = PrunerRamp(rule, sparsity: OneShotSparsity(at: 0.3), pruner: taylor, samples: blobs())
    var fresh = Trainer(epochs: 3, batchSize: 25, callbacks: [late, MaskWatcher()])
    fresh.train(&other, on: blobs())
    let steps = (fresh.callbacks[1] as! MaskWatcher).survivors.map { 112 - $0.reduce(0, +) }
    #expect(steps == [11, 11, 101, 101, 101, 101, 101, 101, 101, 101, 101, 101])
  }

  @Test func theEndsOfTheRamp() {
    for shape in [SparsityShape.linear, .cubic, .exponential] {
      let rule = GradualPruning(to: 0.98, from: 0.3, shape: shape)
      #expect(rule.sparsity(after: 0) == 0.3 && rule.sparsity(after: 1) == 0.98)
      #expect(rule.sparsity(after: 0.5) > 0.6)
    }
    // 0.98 − 0.68 / 8
    #expect(abs(GradualPruning(to: 0.98, from: 0.3).sparsity(after: 0.5) - 0.895) < 1e-12)
    #expect(GradualPruning(to: 0.98, from: 0.3, shape: .constant).sparsity(after: 0) == 0.98)
  }

  @Test func twoCallsAreOne() {
    let rule = GradualPruning(to: 0.8, schedule: UpdateSchedule(to: 2.5, every: 2))
    #expect(Trained([rule]) == Trained([rule], calls: [1, 2]))
    #expect(Trained([rule]) == Trained([rule], calls: [2, 1]))
  }

  @Test func settingsSayWhatIsWrong() async {
    let rule = GradualPruning(to: 0.9, schedule: UpdateSchedule(from: 1, to: 4), .allExcept(["fc3"]))
    #expect(roundTrip(rule) == rule && rule.problem == nil)
    #expect(
      decode(UpdateSchedule.self, #"{"begin": 0, "interval": 0}"#).problem
        == "interval: expected a positive number of steps, found 0")
    await #expect(processExitsWith: .failure) { _ = GradualPruning(to: 1.5) }
    await #expect(processExitsWith: .failure) { _ = UpdateSchedule(from: 3, to: 2) }
  }
}
