import EspalierNetworks
import EspalierTensors
import EspalierTestSupport
import EspalierTraining
import Testing

@Suite struct ProximalStepTests {
  private func shrunk(_ penalty: any Penalty, _ values: [Float], _ shape: [Int], by amount: Double) -> [Float]
  {
    var parameter = Parameter(Tensor(values, shape: shape), role: .weight)
    penalty.shrink(&parameter, by: amount)
    return parameter.values.values
  }

  @Test func byHand() {
    let values: [Float] = [3, -0.5, 0.25, -2, 0, 0.5]
    #expect(shrunk(L1Penalty(), values, [2, 3], by: 0.5) == [2.5, 0, 0, -1.5, 0, 0])
    #expect(shrunk(L2Penalty(), values, [2, 3], by: 1) == [1.5, -0.25, 0.125, -1, 0, 0.25])
    // The threshold 0.5, then half.
    #expect(shrunk(ElasticNetPenalty(mix: 1 / 3.0), values, [2, 3], by: 1.5) == [1.25, 0, 0, -0.75, 0, 0])
    // Rows of four: lengths 5 and 1; the cut is 0.5 · √4.
    #expect(
      shrunk(GroupLassoPenalty(.rows), [3, 0, -4, 0, 0, 1, 0, 0], [2, 4], by: 0.5)
        == [2.4, 0, -3.2, 0, 0, 0, 0, 0])
    // Columns of four, the same numbers.
    #expect(
      shrunk(GroupLassoPenalty(.columns), [3, 0, 0, 1, -4, 0, 0, 0], [4, 2], by: 0.5)
        == [2.4, 0, 0, 0, -3.2, 0, 0, 0])
    // Filters of 2 · 1 · 2.
    #expect(
      shrunk(GroupLassoPenalty(.rows), [3, 0, -4, 0, 0, 1, 0, 0], [2, 2, 1, 2], by: 0.5)
        == [2.4, 0, -3.2, 0, 0, 0, 0, 0])
  }

  @Test func zerosAreThePositiveOne() {
    for penalty in [L1Penalty(), ElasticNetPenalty(), GroupLassoPenalty(.rows)] as [any Penalty] {
      let found = shrunk(penalty, [-0.25, -0.5, -1, -0.125], [2, 2], by: 9)
      #expect(found.allSatisfy { $0.bitPattern == 0 }, "\(penalty)")
    }
  }

  /// No point near the step has a smaller ½‖v − w‖² + amount · R(v).
  @Test(arguments: UInt64(1)...5)
  func theStepIsTheMinimum(seed: UInt64) {
    var generator = Xoshiro256(seed: seed)
    let weights = Tensor(uniform: -1..<1, shape: [4, 6], using: &generator)
    let penalties: [any Penalty] = [
      L1Penalty(), L2Penalty(), ElasticNetPenalty(mix: 0.7), GroupLassoPenalty(.rows),
      GroupLassoPenalty(.columns),
    ]
    for penalty in penalties {
      var step = Parameter(weights, role: .weight)
      penalty.shrink(&step, by: 0.3)
      func objective(_ parameter: Parameter) -> Double {
        let distance = zip(parameter.values.values, weights.values).reduce(0) {
          $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
        }
        return distance / 2 + 0.3 * penalty.value(of: parameter)
      }
      let least = objective(step)
      for size in [1e-3, 1e-2, 0.1] as [Float] {
        for _ in 0..<20 {
          let change = Tensor(uniform: -size..<size, shape: [4, 6], using: &generator)
          let near = zip(step.values.values, change.values).map(+)
          let other = Parameter(Tensor(near, shape: [4, 6]), role: .weight)
          #expect(objective(other) >= least - 1e-6, "\(penalty), seed \(seed)")
        }
      }
    }
  }

  /// The packed step is the dense one, and padding stays 0.
  @Test func packedParametersShrinkTheSame() {
    var generator = Xoshiro256(seed: 4)
    var dense = Parameter(Tensor(uniform: -1..<1, shape: [9, 21], using: &generator), role: .weight)
    dense.prune(keeping: Mask((0..<189).map { $0 % 3 == 0 }, shape: [9, 21]))
    let penalties: [any Penalty] = [
      L1Penalty(), L2Penalty(), ElasticNetPenalty(), GroupLassoPenalty(.rows), GroupLassoPenalty(.columns),
    ]
    for penalty in penalties {
      var (shrunk, packed) = (dense, dense)
      packed.pack()
      penalty.shrink(&shrunk, by: 0.1)
      penalty.shrink(&packed, by: 0.1)
      #expect(packed.packed?.violatedInvariant == nil, "\(penalty)")
      #expect(
        largestDifference(packed.values.values, shrunk.values.values.map(Double.init)) < 0x1p-22, "\(penalty)"
      )
    }
  }

  @Test func whatHasNoStepTraps() async {
    await #expect(processExitsWith: .failure) {
      var parameter = Parameter(Tensor(zeros: [2, 2]), role: .weight)
      HoyerPenalty().shrink(&parameter, by: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = Regularization(HoyerSquarePenalty(), strength: 1, isProximal: true)
    }
  }
}
