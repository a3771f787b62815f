import EspalierNetworks
import EspalierPruning
import EspalierTensors
import EspalierTestSupport
import Testing

/// A literal matrix of scores for each pattern, and the mask that a person writes down, ties included.
@Suite struct PatternTests {
  @Test(arguments: ComputeCase.all)
  func singleWeights(_ way: ComputeCase) {
    way {
      // Of the 12 weights 7 stay. Threes tie: the first of them goes.
      expect(
        SingleWeights(), .count(5),
        scores: [
          [3, 9, 1, 8],
          [2, 3, 7, 3],
          [0, 5, 6, 1],
        ],
        mask: [
          [0, 1, 0, 1],
          [0, 1, 1, 1],
          [0, 1, 1, 0],
        ], way)
    }
  }

  @Test(arguments: ComputeCase.all)
  func singleWeightsWithinRows(_ way: ComputeCase) {
    way {
      // 7 stay: the rows take turns, and the first gets the odd one.
      expect(
        SingleWeights(within: .row), .count(5),
        scores: [
          [3, 9, 1, 8],
          [2, 3, 7, 3],
          [0, 5, 6, 1],
        ],
        mask: [
          [1, 1, 0, 1],
          [0, 0, 1, 1],
          [0, 1, 1, 0],
        ], way)
    }
  }

  @Test(arguments: ComputeCase.all)
  func twoOfFour(_ way: ComputeCase) {
    way {
      expect(
        NOfM(2, of: 4), .given,
        scores: [
          [3, 9, 1, 8, 5, 4],
          [2, 2, 2, 2, 1, 9],
          [0, 0, 7, 0, 3, 3],
        ],
        mask: [
          [0, 1, 0, 1, 1, 1],
          [0, 0, 1, 1, 1, 1],
          [0, 0, 1, 1, 1, 1],
        ], way)
      expect(
        NOfM(1, of: 3), .given,
        scores: [
          [3, 9, 1, 8, 5, 8],
          [2, 2, 2, 4, 1, 0],
        ],
        mask: [
          [0, 1, 0, 0, 0, 1],
          [0, 0, 1, 1, 0, 0],
        ], way)
    }
  }

  @Test(arguments: ComputeCase.all)
  func blocks(_ way: ComputeCase) {
    way {
      // Means: 4.5, 3.25, 5 | 2.5 (two weights), 4.5 (two), 2 (one). Ties at 4.5: the first goes after 2, 2.5, 3.25.
      expect(
        Blocks(height: 2, width: 2), .count(4),
        scores: [
          [3, 9, 1, 8, 5],
          [4, 2, 2, 2, 5],
          [1, 4, 9, 0, 2],
        ],
        mask: [
          [0, 0, 0, 0, 1],
          [0, 0, 0, 0, 1],
          [0, 0, 1, 1, 0],
        ], way)
    }
  }

  @Test(arguments: ComputeCase.all)
  func rowsAndColumns(_ way: ComputeCase) {
    way {
      let scores: [[Float]] = [
        [3, 4, 0, 0],
        [5, 0, 0, 0],
        [1, 1, 1, 9],
      ]
      // Both first rows have an L2 norm of 5: the first goes.
      expect(Rows(), .count(1), scores: scores, mask: [[0, 0, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]], way)
      // L1: 7, 5, 12.
      expect(
        Rows(pooling: .norm(1)), .count(1), scores: scores,
        mask: [[1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1]], way)
      expect(
        Rows(pooling: .maximum), .count(2), scores: scores,
        mask: [[0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]], way)
      // Sums 9, 5, 1, 9.
      expect(
        Columns(pooling: .sum), .count(3), scores: scores,
        mask: [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1]], way)
      expect(
        WholeParameter(), .count(0), scores: scores, mask: [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]], way)
    }
  }

  /// Means over what survives: a row that lost its small weights before is not worse for it.
  @Test func prunedWeightsHaveNoSay() {
    var pruned = network(weights: [([4, 0.1, 3, 2], [2, 2])])
    pruned.prune(threshold: 1)
    Pruner(pattern: Rows(pooling: .mean)).prune(&pruned, to: .count(1))
    #expect(pruned.weight("fc1").values.values == [4, 0, 0, 0])
  }

  /// A whole layer may go only where the floor allows it.
  @Test func aWholeLayerGoesBelowTheFloorOnly() {
    let dense = network(weights: [([4, 3, 3, 2], [2, 2]), ([1, 1], [1, 2])])
    var held = dense
    let pruner = Pruner(pattern: WholeParameter(), distribution: GlobalDistribution())
    pruner.prune(&held, to: .count(1))
    #expect(held.weight("fc1").survivors == 4 && held.weight("fc2").survivors == 2)
    var cut = dense
    var free = pruner
    free.minimumKept = 0
    let results = free.prune(&cut, to: .count(1))
    #expect(cut.weight("fc1").survivors == 4 && cut.weight("fc2").survivors == 0)
    #expect(results.filter(\.isCutOff).map(\.path.node) == ["fc2"])
  }

  private func expect(
    _ pattern: some PruningPattern, _ amount: PruningAmount, scores: [[Float]], mask: [[Int]],
    _ way: ComputeCase, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let shape = [scores.count, scores[0].count]
    let flat = scores.flatMap { $0 }
    for packs in [false, true] {
      // Weights of either sign, so that the scores decide and not the weights.
      var pruned = network(weights: [(flat.indices.map { $0 % 2 == 0 ? 1 : -2 }, shape)])
      if packs {
        pruned.visitParameters { _, parameter in if parameter.role == .weight { parameter.pack() } }
      }
      let given = GivenScoresCriterion(["fc1.weight": Tensor(flat, shape: shape)])
      Pruner(criterion: given, pattern: pattern).prune(&pruned, to: amount)
      let found = pruned.weight("fc1").mask ?? Mask(ones: shape)
      #expect(
        (0..<flat.count).map { found[$0] ? 1 : 0 } == mask.flatMap { $0 }, "packed \(packs), \(way)",
        sourceLocation: sourceLocation)
    }
  }
}
