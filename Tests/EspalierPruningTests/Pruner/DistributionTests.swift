import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct ApportionmentTests {
  @Test func sharesByTheLargestRemainder() {
    #expect(Apportionment(proportionalTo: [1, 1, 1], atMost: [9, 9, 9], total: 7).counts == [3, 2, 2])
    #expect(Apportionment(proportionalTo: [6, 3, 1], atMost: [9, 9, 9], total: 5).counts == [3, 2, 0])
    #expect(Apportionment(proportionalTo: [1, 0], atMost: [9, 9], total: 4).counts == [4, 0])
    #expect(Apportionment(proportionalTo: [5, 1, 1], atMost: [2, 9, 9], total: 8).counts == [2, 3, 3])
    #expect(Apportionment(proportionalTo: [1, 1], atMost: [2, 3], total: 9).counts == [2, 3])
    #expect(Apportionment(proportionalTo: [], atMost: [], total: 3).counts == [])
  }

  /// Exact in sum, within the limits and, where no limit is touched, within one of the ideal.
  @Test(arguments: [UInt64(1), 2])
  func addsUp(seed: UInt64) {
    var generator = Xoshiro256(seed: seed)
    for _ in 0..<500 {
      let parts = Int.random(in: 1...6, using: &generator)
      let weights = (0..<parts).map { _ in Double.random(in: 0...5, using: &generator) }
      let limits = (0..<parts).map { _ in Int.random(in: 0...40, using: &generator) }
      let total = Int.random(in: 0...120, using: &generator)
      let counts = Apportionment(proportionalTo: weights, atMost: limits, total: total).counts
      #expect(counts.reduce(0, +) == min(total, limits.reduce(0, +)), "seed \(seed)")
      #expect(zip(counts, limits).allSatisfy { $0 >= 0 && $0 <= $1 }, "seed \(seed)")
      let ideal = weights.map { $0 * Double(total) / weights.reduce(0, +) }
      guard zip(ideal, limits).allSatisfy({ $0 < Double($1) }) else { continue }
      #expect(zip(counts, ideal).allSatisfy { abs(Double($0) - $1) < 1 }, "seed \(seed)")
    }
  }
}

@Suite struct DistributionTests {
  static let all: [any PruningDistribution] = [
    UniformDistribution(), GlobalDistribution(), ErdosRenyiDistribution(),
  ]

  /// Exact counts in all, whatever the distribution, criterion and form; exempt parameters stay whole; masks only shrink.
  @Test(arguments: ComputeCase.all, [UInt64(1), 2])
  func theAskedCountIsMetExactly(_ way: ComputeCase, seed: UInt64) {
    way {
      let criteria: [any PruningCriterion] = [
        MagnitudeCriterion(), RandomCriterion(), LAMPCriterion(), SynapticFlowCriterion(rounds: 5),
      ]
      for packs in [false, true] {
        for distribution in Self.all {
          for criterion in criteria {
            var pruned = randomNetwork([23, 17, 11, 5], seed: seed)
            let total = 23 * 17 + 17 * 11 + 11 * 5
            let pruner = Pruner(criterion: criterion, distribution: distribution)
            var kept: [ParameterPath: Mask] = [:]
            for sparsity in [0.3, 0.5, 0.9, 0.97] {
              pruner.prune(&pruned, to: .sparsity(sparsity), seed: seed)
              if packs { pruned.pack(upTo: 0.9) }
              let survivors = ["fc1", "fc2", "fc3"].reduce(0) { $0 + pruned.weight($1).survivors }
              let comment: Comment = "\(criterion), \(distribution), \(sparsity), seed \(seed), \(way)"
              #expect(survivors == total - Int((sparsity * Double(total)).rounded(.toNearestOrEven)), comment)
              #expect(pruned.keepsTheInvariant, comment)
              for (path, parameter) in pruned.parameters where parameter.role == .weight {
                #expect(parameter.survivors > 0, comment)
                let mask = parameter.mask ?? Mask(ones: parameter.shape)
                if let before = kept[path] {
                  #expect((0..<mask.count).allSatisfy { before[$0] || !mask[$0] }, comment)
                }
                kept[path] = mask
              }
              #expect(pruned.bias("fc1").mask == nil, comment)
            }
          }
        }
      }
    }
  }

  /// ε such that ε · (inputs + outputs) weights survive in each layer; the small last layer stays whole.
  @Test func erdosRenyiGivesLargeLayersLess() {
    var pruned = randomNetwork([784, 300, 100, 10], seed: 1)
    Pruner(distribution: ErdosRenyiDistribution()).prune(&pruned, to: .sparsity(0.9))
    let total = 784 * 300 + 300 * 100 + 100 * 10
    let left = Double(total - Int((0.9 * Double(total)).rounded()) - 1000)
    #expect(pruned.weight("fc3").survivors == 1000)
    #expect(abs(Double(pruned.weight("fc1").survivors) - left * 1084 / 1484) <= 1)
    #expect(abs(Double(pruned.weight("fc2").survivors) - left * 400 / 1484) <= 1)
  }

  /// Scores of one's own decide: here the largest weights go, in every form.
  @Test func customCriteriaDecide() {
    let upsideDown = CustomCriterion { candidates in
      candidates.scores { (_: Int, weight: Float) in -abs(weight) }
    }
    for packs in [false, true] {
      let dense = network(weights: [([4, -1, 3, 2, -5, 0.5], [2, 3])])
      var pruned = dense
      if packs {
        pruned.visitParameters { _, parameter in if parameter.role == .weight { parameter.pack() } }
      }
      Pruner(criterion: upsideDown).prune(&pruned, to: .count(3))
      #expect(pruned.weight("fc1").values.values == [0, -1, 0, 2, 0, 0.5], "packed \(packs)")
    }
  }

  /// A convolution's filters are its rows; its input channels its columns, with all of their kernel's places.
  @Test func patternsOfConvolutions() {
    let shape = [2, 3, 2, 2]
    #expect(Rows().unitCount(in: shape) == 2 && Columns().unitCount(in: shape) == 3)
    #expect(
      (0..<12).map { Columns().unit(row: 1, column: $0, in: shape)! } == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    #expect((0..<12).allSatisfy { Rows().unit(row: 1, column: $0, in: shape) == 1 })
    #expect(Blocks(height: 2, width: 4).unitCount(in: shape) == 3)
  }

  @Test func perLayerSparsitiesAreMet() {
    var pruned = randomNetwork([20, 10, 5], seed: 1)
    Pruner(distribution: PerLayerDistribution(["fc1": 0.8])).prune(&pruned, to: .given)
    #expect(pruned.weight("fc1").survivors == 40 && pruned.weight("fc2").mask == nil)
  }

  @Test func amounts() {
    let dense = randomNetwork([20, 10], seed: 1)
    func survivors(_ amounts: [PruningAmount]) -> Int {
      var pruned = dense
      for amount in amounts { Pruner().prune(&pruned, to: amount) }
      return pruned.weight("fc1").survivors
    }
    #expect(survivors([.sparsity(0.25)]) == 150)
    #expect(survivors([.sparsity(0.25), .sparsity(0.1)]) == 150)
    #expect(survivors([.fraction(0.5), .fraction(0.5)]) == 50)
    #expect(survivors([.count(30), .count(30)]) == 140)
    #expect(survivors([.compression(20)]) == 10)
    #expect(survivors([.sparsity(1)]) == 1)
    let limit = Float(0.1)
    #expect(survivors([.threshold(limit)]) == dense.weight("fc1").values.values.count { abs($0) >= limit })
    var classic = dense
    classic.prune(standardDeviations: 1)
    #expect(survivors([.standardDeviations(1)]) == classic.weight("fc1").survivors)
  }

  @Test func contradictionsTrap() async {
    await #expect(processExitsWith: .failure) {
      var pruned = randomNetwork([4, 2], seed: 1)
      Pruner(pattern: NOfM(2, of: 4)).prune(&pruned, to: .sparsity(0.5))
    }
    await #expect(processExitsWith: .failure) {
      var pruned = randomNetwork([4, 2], seed: 1)
      Pruner().prune(&pruned, to: .given)
    }
    await #expect(processExitsWith: .failure) {
      var pruned = randomNetwork([4, 2], seed: 1)
      Pruner(criterion: WandaCriterion()).prune(&pruned, to: .sparsity(0.5))
    }
  }

  /// What was pruned comes back with its values, and the survivors as training has left them.
  @Test func pruningIsReversible() {
    let dense = randomNetwork([20, 10], seed: 1)
    var trial = ReversiblePruning(dense)
    Pruner().prune(&trial.network, to: .sparsity(0.8))
    #expect(trial.restored().bits == dense.bits)
    trial.network.visitParameters { _, parameter in
      guard parameter.role == .weight else { return }
      var values = parameter.values
      for index in 0..<values.count { values[flat: index] *= 2 }
      parameter.values = values
    }
    let restored = trial.restored().weight("fc1")
    #expect(restored.mask == nil)
    let mask = trial.network.weight("fc1").mask!
    for index in 0..<200 {
      let before = dense.weight("fc1").values[flat: index]
      #expect(restored.values[flat: index] == (mask[index] ? 2 * before : before))
    }
  }
}

@Suite struct SparsityScheduleTests {
  @Test func endPointsAreMet() {
    let schedules: [any SparsitySchedule] = [
      OneShotSparsity(), OneShotSparsity(at: 0.5), ConstantSparsity(), IterativeSparsity(rounds: 1),
      IterativeSparsity(rounds: 7), CubicSparsity(), ExponentialSparsity(), CyclicSparsity(cycles: 3),
    ]
    for schedule in schedules {
      for (initial, final) in [(0.0, 0.9), (0.5, 0.95), (0.2, 1.0), (0.3, 0.3)] {
        #expect(schedule.sparsity(at: 1, from: initial, to: final) == final, "\(schedule)")
        for step in 0...100 {
          let sparsity = schedule.sparsity(at: Double(step) / 100, from: initial, to: final)
          #expect((initial...final).contains(sparsity), "\(schedule) at \(step)")
        }
      }
    }
    #expect(CubicSparsity().sparsity(at: 0, from: 0.1, to: 0.9) == 0.1)
    #expect(ExponentialSparsity().sparsity(at: 0, from: 0.1, to: 0.9) == 0.1)
  }

  @Test func formulas() {
    #expect(abs(CubicSparsity().sparsity(at: 0.5, from: 0, to: 0.8) - 0.7) < 1e-12)
    #expect(abs(ExponentialSparsity().sparsity(at: 0.5, from: 0, to: 0.99) - 0.9) < 1e-12)
    let rounds = IterativeSparsity(rounds: 2)
    #expect(abs(rounds.sparsity(at: 0, from: 0, to: 0.99) - 0.9) < 1e-12)
    #expect(rounds.sparsity(at: 0.5, from: 0, to: 0.99) == 0.99)
    let cycles = CyclicSparsity(cycles: 2)
    #expect(
      [0, 0.2, 0.3, 0.5, 0.7, 0.8, 1].map { cycles.sparsity(at: $0, from: 0, to: 0.9) }
        == [0, 0, 0.9, 0, 0, 0.9, 0.9])
  }
}
