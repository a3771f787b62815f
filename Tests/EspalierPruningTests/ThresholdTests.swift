import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct ThresholdTests {
  @Test(arguments: ComputeCase.all)
  func whatIsBelowTheThresholdGoesAndWhatEqualsItStays(_ way: ComputeCase) {
    way {
      var pruned = network(weights: [([0.5, -0.5, 0.49, -0.49, 0, -2], [2, 3])])
      let results = pruned.prune(threshold: 0.5)
      #expect(pruned.weight("fc1").values.values == [0.5, -0.5, 0, 0, 0, -2], "\(way)")
      #expect(pruned.keepsTheInvariant, "\(way)")
      #expect(results.map(\.path.description) == ["fc1.weight"], "\(way)")
      #expect((results[0].threshold, results[0].before, results[0].after) == (0.5, 6, 3), "\(way)")
    }
  }

  @Test func theExtremesOfThresholds() {
    var all = randomNetwork([7, 5], seed: 1)
    all.prune(threshold: .infinity)
    #expect(all.weight("fc1").survivors == 0)
    #expect(all.weight("fc1").values.bits.allSatisfy { $0 == 0 })

    var none = randomNetwork([7, 5], seed: 1)
    let before = none.bits
    none.prune(threshold: 0)
    #expect(none.bits == before && none.weight("fc1").survivors == 35)
    none.prune(threshold: -1)
    #expect(none.bits == before)
  }

  /// Every parameter has its own threshold, from the population standard deviation over all its values.
  @Test(arguments: ComputeCase.all, [0.5, 1, 2] as [Double])
  func standardDeviationsMakeOneThresholdALayer(_ way: ComputeCase, sensitivity: Double) {
    way {
      let seed: UInt64 = 5
      let dense = randomNetwork([67, 31, 12], seed: seed)
      var pruned = dense
      let results = pruned.prune(standardDeviations: sensitivity)
      #expect(results.map(\.path.description) == ["fc1.weight", "fc2.weight"])
      for result in results {
        let weights = dense[result.path]!.values.values
        let values = weights.map(Double.init)
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        let expected = sensitivity * variance.squareRoot()
        let comment: Comment = "\(result.path), seed \(seed), \(way)"
        // One rounding to `Float` is 2⁻²⁴ relative; sums in `Double` add next to nothing.
        #expect(abs(Double(result.threshold) - expected) <= expected * 0x1.01p-24, comment)
        let survivors = weights.map { abs($0) < result.threshold ? 0 : $0 }
        #expect(pruned[result.path]!.values.values == survivors, comment)
        #expect(result.after == survivors.count { $0 != 0 }, comment)
      }
      #expect(pruned.keepsTheInvariant)
    }
  }

  @Test func biasesAreExemptUnlessSelected() {
    let dense = randomNetwork([20, 10, 5], seed: 2)
    var weights = dense
    weights.prune(threshold: .infinity)
    #expect(weights.bias("fc1").mask == nil && weights.bias("fc1").values == dense.bias("fc1").values)
    var all = dense
    all.prune(threshold: .infinity, .all)
    #expect(SurvivorReport(of: all).alive == 0)
  }

  @Test func onlyChosenLayersAreTouched() {
    let dense = randomNetwork([20, 10, 5], seed: 3)
    var pruned = dense
    let results = pruned.prune(standardDeviations: 1, .weights(of: ["fc2"]))
    #expect(results.map(\.path.description) == ["fc2.weight"])
    #expect(pruned.weight("fc1").mask == nil && pruned.weight("fc1").values == dense.weight("fc1").values)
    #expect(pruned.weight("fc2").survivors < 50)

    var biases = dense
    let chosen = ParameterSelection { path, parameter in parameter.role == .bias && path.node == "fc1" }
    biases.prune(threshold: .infinity, chosen)
    #expect(biases.bias("fc1").survivors == 0)
    #expect(biases.bias("fc2").mask == nil && biases.weight("fc1").mask == nil)
  }

  /// A second pruning counts the zeros of the first in its deviation and never revives a weight.
  @Test func composingNeverRevives() {
    var pruned = randomNetwork([40, 30], seed: 4)
    pruned.prune(standardDeviations: 1.5)
    let first = pruned.weight("fc1")
    let zeros = first.values.values.map(Double.init)
    let mean = zeros.reduce(0, +) / 1200
    let deviation = (zeros.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1200).squareRoot()
    let second = pruned.prune(standardDeviations: 1)
    #expect(abs(Double(second[0].threshold) - deviation) < 1e-7)
    #expect(second[0].before == first.survivors)
    pruned.prune(threshold: 0)
    for index in 0..<1200 where !first.mask![index] { #expect(!pruned.weight("fc1").mask![index]) }

    // New values do not come through the mask either.
    pruned.visitParameters { _, parameter in
      parameter.values = Tensor(repeating: 1, shape: parameter.shape)
    }
    #expect(pruned.keepsTheInvariant)
    #expect(pruned.weight("fc1").values.values.count { $0 == 1 } == pruned.weight("fc1").survivors)
  }

  @Test(arguments: ComputeCase.all)
  func notANumberCountsAsSmall(_ way: ComputeCase) {
    way {
      var pruned = network(weights: [([.nan, 1, -.nan, 0.25, .infinity, -3], [2, 3])])
      pruned.prune(threshold: 0.5)
      #expect(pruned.weight("fc1").values.values == [0, 1, 0, 0, .infinity, -3], "\(way)")
      #expect(pruned.keepsTheInvariant)
    }
  }

  /// One NaN makes the deviation NaN. Nothing is smaller than that: only the NaN itself goes, not the layer.
  @Test(arguments: ComputeCase.all)
  func aDeviationThatIsNotANumberPrunesNothingElse(_ way: ComputeCase) {
    way {
      var pruned = network(weights: [([.nan, 1, -2, 0.25], [2, 2])])
      let result = pruned.prune(standardDeviations: 1)
      #expect(result[0].threshold.isNaN && result[0].after == 3, "\(way)")
      #expect(pruned.weight("fc1").values.values == [0, 1, -2, 0.25], "\(way)")
    }
  }

  @Test func copiesAreNotTouched() {
    var pruned = randomNetwork([9, 4], seed: 6)
    let ticket = pruned
    let before = ticket.bits
    pruned.prune(threshold: .infinity)
    #expect(ticket.bits == before && ticket.weight("fc1").mask == nil)
  }
}
