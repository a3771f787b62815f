import EspalierData
import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

/// The scores of every criterion against PyTorch's in float64, on a 7-5-4 network with 9 samples.
///
/// Scores are products of a few numbers below 4, each a sum of at most 9 · 7 terms: float32 is off by less than
/// 64 · 2⁻²⁴ of the largest score. The Hessian's product comes from a difference of gradients over 2δ, which loses a factor of
/// ‖w‖ / δ, some hundreds, besides the curvature's own change over δ = 0.01 of a step: a thousandth is what can be asked.
@Suite struct CriterionFixtureTests {
  @Test(arguments: ComputeCase.all)
  func scoresMatchPyTorch(_ way: ComputeCase) throws {
    let fixture = try Fixture.json(PruneFixture.self, "pytorch/pruning.json").criteria
    way {
      for packs in [false, true] {
        let evidence = fixture.evidence(packs: packs)
        check(TaylorCriterion(), \.taylor, fixture, evidence, way)
        check(TaylorCriterion(squared: true), \.taylorSquared, fixture, evidence, way)
        check(GraSPCriterion(), \.grasp, fixture, evidence, way, tolerance: 1e-3)
        check(FisherCriterion(), \.fisher, fixture, evidence, way)
        check(SynapticFlowCriterion(), \.synapticFlow, fixture, evidence, way)
        check(LAMPCriterion(), \.lamp, fixture, evidence, way)
        check(WandaCriterion(), \.wanda, fixture, evidence, way)
        check(MeanActivationCriterion(), \.meanActivation, fixture, evidence, way)
        check(AverageZerosCriterion(), \.averageNonzeros, fixture, evidence, way)
        check(GeometricMedianCriterion(), \.geometricMedian, fixture, evidence, way)
      }
    }
  }

  private func check(
    _ criterion: some PruningCriterion, _ expected: KeyPath<CriteriaFixture.Layer, FixtureArray>,
    _ fixture: CriteriaFixture, _ evidence: PruningEvidence, _ way: ComputeCase,
    tolerance: Double = 64 * 0x1p-24
  ) {
    for (index, layer) in fixture.layers.enumerated() {
      let path = ParameterPath(node: "fc\(index + 1)", name: "weight")
      let candidates = PruningCandidates(path, evidence.network[path]!)
      let found = criterion.scores(of: candidates, from: evidence)
      let given = layer[keyPath: expected]
      let width = layer.weight.shape[1]
      // Neurons' scores are one a row in the fixture.
      let wanted = (0..<layer.weight.values.count).map { place in
        Double(given.shape.count == 1 ? given.values[place / width] : given.values[place])
      }
      let scale = wanted.map(abs).max()!
      for position in 0..<candidates.count {
        let difference = abs(Double(found[flat: position]) - wanted[candidates.place(of: position)])
        #expect(difference <= tolerance * scale, "\(type(of: criterion)) at \(position) of \(path), \(way)")
      }
    }
  }

  /// What was pruned before has no score, no matter what it is computed from.
  @Test func prunedWeightsAreNeverScored() throws {
    let fixture = try Fixture.json(PruneFixture.self, "pytorch/pruning.json").criteria
    var pruned = fixture.evidence(packs: false).network
    pruned.prune(sparsity: 0.5, within: .eachParameter)
    let criteria: [any PruningCriterion] = [
      TaylorCriterion(), GraSPCriterion(), FisherCriterion(), SynapticFlowCriterion(), LAMPCriterion(),
      WandaCriterion(),
      MeanActivationCriterion(), AverageZerosCriterion(), GeometricMedianCriterion(), RandomCriterion(),
    ]
    for criterion in criteria {
      let evidence = PruningEvidence(of: pruned, samples: fixture.samples)
      let path = ParameterPath(node: "fc1", name: "weight")
      let candidates = PruningCandidates(path, pruned[path]!)
      let scores = criterion.scores(of: candidates, from: evidence)
      for index in 0..<candidates.count where !candidates.alive![index] {
        #expect(scores[flat: index] == 0, "\(type(of: criterion))")
      }
      var packed = pruned
      packed.pack(upTo: 1)
      let other = PruningCandidates(path, packed[path]!)
      let others = criterion.scores(of: other, from: PruningEvidence(of: packed, samples: fixture.samples))
      #expect(other.count == candidates.survivors)
      guard !(criterion is RandomCriterion) else { continue }
      for index in 0..<other.count {
        let same = scores[flat: other.place(of: index)]
        #expect(
          abs(others[flat: index] - same) <= 1e-3 * abs(same) + 1e-6, "\(type(of: criterion)) at \(index)")
      }
    }
  }

  /// The same choices on every backend: the masks of each criterion agree with those of the first.
  @Test func backendsChooseTheSame() throws {
    let fixture = try Fixture.json(PruneFixture.self, "pytorch/pruning.json").criteria
    let criteria: [any PruningCriterion] = [
      MagnitudeCriterion(), SquaredMagnitudeCriterion(), RandomCriterion(), TaylorCriterion(),
      FisherCriterion(),
      SynapticFlowCriterion(), LAMPCriterion(), WandaCriterion(),
    ]
    for criterion in criteria {
      let masks = ComputeCase.all.map { way in
        way {
          var pruned = fixture.evidence(packs: false).network
          Pruner(criterion: criterion, distribution: GlobalDistribution())
            .prune(&pruned, to: .sparsity(0.7), samples: fixture.samples, seed: 5)
          return ["fc1", "fc2"].map { pruned.weight($0).mask }
        }
      }
      #expect(masks.allSatisfy { $0 == masks[0] }, "\(type(of: criterion))")
    }
  }
}

struct CriteriaFixture: Decodable {
  let inputs: FixtureArray
  let labels: [Int32]
  let layers: [Layer]

  struct Layer: Decodable {
    let weight: FixtureArray
    let bias: FixtureArray
    let taylor: FixtureArray
    let taylorSquared: FixtureArray
    let grasp: FixtureArray
    let fisher: FixtureArray
    let synapticFlow: FixtureArray
    let lamp: FixtureArray
    let wanda: FixtureArray
    let meanActivation: FixtureArray
    let averageNonzeros: FixtureArray
    let geometricMedian: FixtureArray
  }

  var samples: Dataset {
    Dataset(
      samples: .floats(inputs.values), sampleShape: [7], answers: .classes(labels, count: 4))
  }

  func evidence(packs: Bool) -> PruningEvidence {
    var network = Network(input: [7]) {
      for (index, layer) in layers.enumerated() {
        Linear(
          weight: Tensor(layer.weight.values, shape: layer.weight.shape),
          bias: Tensor(layer.bias.values, shape: layer.bias.shape)
        ).named("fc\(index + 1)")
        if index == 0 { ReLU() }
      }
    }
    if packs { network.visitParameters { _, parameter in if parameter.role == .weight { parameter.pack() } } }
    return PruningEvidence(of: network, samples: samples)
  }
}
