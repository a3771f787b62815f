import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct SparsityTests {
  @Test(arguments: ComputeCase.all, [0, 0.01, 0.333, 0.5, 0.9, 0.999, 1])
  func everyParameterLosesExactlyItsShare(_ way: ComputeCase, sparsity: Double) {
    way {
      let dense = randomNetwork([37, 23, 5], seed: 1)
      var pruned = dense
      let results = pruned.prune(sparsity: sparsity, within: .eachParameter)
      for path in dense.parameters.map(\.path) where path.name == "weight" {
        let parameter = dense[path]!
        let gone = Int((sparsity * Double(parameter.count)).rounded(.toNearestOrEven))
        let order = parameter.values.values.enumerated()
          .sorted { (abs($0.element), $0.offset) < (abs($1.element), $1.offset) }
        var expected = parameter.values
        for (index, _) in order.prefix(gone) { expected[flat: index] = 0 }
        #expect(pruned[path]!.values == expected, "\(path), \(sparsity), \(way)")
        #expect(pruned[path]!.survivors == parameter.count - gone, "\(path), \(sparsity), \(way)")
        #expect((pruned[path]!.mask == nil) == (gone == 0), "\(path), \(sparsity), \(way)")
        let result = results.first { $0.path == path }
        #expect(result?.before == parameter.count && result?.after == parameter.count - gone)
        #expect(result?.threshold == (gone > 0 ? abs(order[gone - 1].element) : 0))
      }
      #expect(pruned.keepsTheInvariant)
    }
  }

  @Test(arguments: ComputeCase.all, [0.1, 0.5, 0.97])
  func theNetworkAsAWholeLosesExactlyItsShare(_ way: ComputeCase, sparsity: Double) {
    way {
      let dense = randomNetwork([37, 23, 5], seed: 2)
      var pruned = dense
      let results = pruned.prune(sparsity: sparsity, within: .network)
      let total = 37 * 23 + 23 * 5
      let gone = Int((sparsity * Double(total)).rounded(.toNearestOrEven))
      let survivors = ["fc1", "fc2"].map { pruned.weight($0).survivors }
      #expect(survivors.reduce(0, +) == total - gone, "\(way)")
      // One threshold for all: no survivor is smaller than any that went.
      let threshold = results.map(\.threshold).max()!
      for node in ["fc1", "fc2"] {
        let parameter = pruned.weight(node)
        for (index, value) in dense.weight(node).values.values.enumerated() {
          let kept = parameter.mask![index]
          #expect(kept ? abs(value) >= threshold : abs(value) <= threshold, "\(node) \(index), \(way)")
        }
      }
      #expect(pruned.bias("fc1").mask == nil && pruned.keepsTheInvariant)
    }
  }

  @Test(arguments: ComputeCase.all)
  func tiesFallByIndex(_ way: ComputeCase) {
    way {
      var pruned = network(weights: [([1, -1, 1, -1, 2, 1], [2, 3]), ([1, -1, 0.5, 3], [2, 2])])
      pruned.prune(sparsity: 0.5, within: .network)
      // 5 of 10 go: 0.5 and the first four of magnitude 1, in the order of the layers.
      #expect(pruned.weight("fc1").values.values == [0, 0, 0, 0, 2, 1], "\(way)")
      #expect(pruned.weight("fc2").values.values == [1, -1, 0, 3], "\(way)")
      pruned.prune(sparsity: 0.8, within: .eachParameter)
      #expect(pruned.weight("fc1").values.values == [0, 0, 0, 0, 2, 0], "\(way)")
      #expect(pruned.weight("fc2").values.values == [0, 0, 0, 3], "\(way)")
    }
  }

  /// What was pruned before counts, and stays pruned even where it is asked for less.
  @Test(arguments: [PruningScope.eachParameter, .network])
  func composingNeverRevives(_ scope: PruningScope) {
    var pruned = randomNetwork([37, 23, 5], seed: 3)
    pruned.prune(sparsity: 0.6, within: scope)
    let first = pruned
    let unchanged = pruned.prune(sparsity: 0.3, within: scope)
    #expect(pruned.bits == first.bits)
    #expect(unchanged.map(\.path.description) == ["fc1.weight", "fc2.weight"])
    #expect(unchanged.allSatisfy { $0.before == $0.after && $0.threshold == 0 })

    pruned.prune(sparsity: 0.8, within: scope)
    let total = 37 * 23 + 23 * 5
    if scope == .network {
      #expect(
        pruned.weight("fc1").survivors + pruned.weight("fc2").survivors == total
          - Int((0.8 * Double(total)).rounded(.toNearestOrEven)))
    } else {
      #expect(pruned.weight("fc1").survivors == 851 - 681 && pruned.weight("fc2").survivors == 115 - 92)
    }
    for node in ["fc1", "fc2"] {
      for index in 0..<first.weight(node).count where pruned.weight(node).mask![index] {
        #expect(first.weight(node).mask![index])
      }
    }
  }

  /// A weight that training left at 0 inside the mask is a survivor, and the first to go.
  @Test func zerosInsideTheMaskGoFirst() {
    var pruned = network(weights: [([0.5, 0, -0.25, 1], [2, 2])])
    pruned.prune(sparsity: 0.25, within: .network)
    #expect(pruned.weight("fc1").mask.map { mask in (0..<4).map { mask[$0] } } == [true, false, true, true])
  }

  @Test(arguments: ComputeCase.all)
  func notANumberIsTheSmallest(_ way: ComputeCase) {
    way {
      var pruned = network(weights: [([0.5, .nan, -0.25, 1], [2, 2])])
      pruned.prune(sparsity: 0.25, within: .network)
      #expect(pruned.weight("fc1").values.values == [0.5, 0, -0.25, 1], "\(way)")
    }
  }

  @Test func onlyChosenLayersAreTouched() {
    let dense = randomNetwork([20, 10, 5], seed: 4)
    var pruned = dense
    pruned.prune(sparsity: 0.5, within: .network, .weights(of: ["fc2"]))
    #expect(pruned.weight("fc1").mask == nil && pruned.weight("fc2").survivors == 25)
    pruned.prune(sparsity: 0.5, within: .network, .all)
    let survivors = pruned.parameters.reduce(0) { $0 + $1.parameter.survivors }
    // 265 parameters, of which ⌊132.5⌉ = 132 go.
    #expect(survivors == 265 - 132)
    #expect(pruned.prune(sparsity: 1, within: .network, .weights(of: ["nobody"])).isEmpty)
  }

  @Test func aSparsityOutsideZeroToOneTraps() async {
    await #expect(processExitsWith: .failure) {
      var pruned = randomNetwork([2, 2], seed: 1)
      pruned.prune(sparsity: 1.5, within: .network)
    }
    await #expect(processExitsWith: .failure) {
      var pruned = randomNetwork([2, 2], seed: 1)
      pruned.prune(sparsity: .nan, within: .eachParameter)
    }
  }
}
