import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

/// The same masks, bit for bit, as torch.nn.utils.prune on the same weights.
@Suite struct PruneFixtureTests {
  @Test(arguments: ComputeCase.all)
  func modulesMatchPyTorch(_ way: ComputeCase) throws {
    let cases = try Fixture.json(PruneFixture.self, "pytorch/pruning.json").modules
    #expect(cases.count == 16)
    way {
      for test in cases {
        var trial = ReversiblePruning(network(weights: [(test.weight.values, test.weight.shape)]))
        let whole = trial.network
        test.pruner.prune(&trial.network, to: test.pruningAmount)
        let weight = trial.permanent().weight("fc1")
        #expect(weight.maskValues == test.mask.values, "\(test.name), \(way)")
        #expect(weight.values.values == test.removed.values.map { $0 + 0 }, "\(test.name), \(way)")
        #expect(trial.restored().bits == whole.bits, "\(test.name), \(way)")
      }
    }
  }

  /// One method after another on the same layer.
  @Test(arguments: ComputeCase.all)
  func containersMatchPyTorch(_ way: ComputeCase) throws {
    let container = try Fixture.json(PruneFixture.self, "pytorch/pruning.json").container
    way {
      for packs in [false, true] {
        var pruned = network(weights: [(container.weight.values, container.weight.shape)])
        let steps: [(Pruner, PruningAmount)] = [
          (Pruner(), .fraction(0.3)),
          (Pruner(pattern: Rows()), .fraction(0.25)),
          (Pruner(), .fraction(0.5)),
        ]
        for (step, mask) in zip(steps, container.masks) {
          step.0.prune(&pruned, to: step.1)
          #expect(pruned.weight("fc1").maskValues == mask.values, "packed \(packs), \(way)")
          if packs { pruned.pack(upTo: 1) }
        }
      }
    }
  }

  @Test(arguments: ComputeCase.all)
  func globalPruningMatchesPyTorch(_ way: ComputeCase) throws {
    let global = try Fixture.json(PruneFixture.self, "pytorch/pruning.json").global
    way {
      for test in global.cases {
        var pruned = network(weights: global.weights.map { ($0.values, $0.shape) })
        Pruner(distribution: GlobalDistribution(), minimumKept: 0)
          .prune(&pruned, to: test.amount < 1 ? .fraction(test.amount) : .count(Int(test.amount)))
        for (index, mask) in test.masks.enumerated() {
          #expect(pruned.weight("fc\(index + 1)").maskValues == mask.values, "\(test.amount), \(way)")
        }
      }
    }
  }
}

struct PruneFixture: Decodable {
  let modules: [Module]
  let container: Container
  let global: Global
  let criteria: CriteriaFixture

  struct Module: Decodable {
    let name: String
    let weight: FixtureArray
    let mask: FixtureArray
    let removed: FixtureArray
    let amount: Double?
    let norm: String?
    let dimension: Int?
    let drawn: FixtureArray?
    let given: FixtureArray?
  }

  struct Container: Decodable {
    let weight: FixtureArray
    let masks: [FixtureArray]
  }

  struct Global: Decodable {
    let weights: [FixtureArray]
    let cases: [Case]

    struct Case: Decodable {
      let amount: Double
      let masks: [FixtureArray]
    }
  }
}

extension PruneFixture.Module {
  /// PyTorch's amounts are numbers of units from 1 on, and shares below.
  var pruningAmount: PruningAmount {
    if given != nil { return .threshold(0.5) }
    // 0, 1 and 20 are written as whole numbers.
    return amount!.rounded() == amount! ? .count(Int(amount!)) : .fraction(amount!)
  }

  var pruner: Pruner {
    Pruner(criterion: criterion, pattern: pattern, minimumKept: 0)
  }

  private var criterion: any PruningCriterion {
    if let given { return scores(given.values) }
    guard let drawn else { return MagnitudeCriterion() }
    // Unstructured, PyTorch prunes the largest numbers drawn; structured, it keeps them.
    guard let dimension else { return scores(drawn.values.map { -$0 }) }
    let width = weight.shape[1]
    return scores(weight.values.indices.map { drawn.values[dimension == 0 ? $0 / width : $0 % width] })
  }

  private var pattern: any PruningPattern {
    guard let dimension else { return SingleWeights() }
    let pooling: ScorePooling = norm.map { .norm($0 == "inf" ? .infinity : Double($0)!) } ?? .mean
    return dimension == 0 ? Rows(pooling: pooling) : Columns(pooling: pooling)
  }

  private func scores(_ values: [Float]) -> GivenScoresCriterion {
    GivenScoresCriterion(["fc1.weight": Tensor(values, shape: weight.shape)])
  }
}

extension Parameter {
  fileprivate var maskValues: [Float] {
    let mask = mask ?? Mask(ones: shape)
    return (0..<count).map { mask[$0] ? 1 : 0 }
  }
}
