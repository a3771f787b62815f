import EspalierOneShot
import EspalierTensors
import EspalierTestSupport
import Testing

/// The kernels of the instruction sets take no part.
let waysOfPruning = ComputeCase.all.filter { $0.instructionSet == .strongest }

@Suite struct OptimalBrainSurgeonTests {
  @Test(
    "One weight a row: brute force finds the same one, the same loss, the same weights",
    arguments: waysOfPruning)
  func oneWeight(_ way: ComputeCase) throws {
    for seed in UInt64(1)...20 {
      let small = SmallProblem(rows: 1, columns: 6, bias: seed % 2 == 0, seed: seed)
      let found = try OptimalBrainSurgeon().prepare(small.problem, on: way.compute).solution(
        .count(1), on: way.compute)
      let trials = (0..<6).map { gone in
        (gone: gone, fit: small.leastSquares(row: 0, kept: (0..<small.width).filter { $0 != gone }))
      }
      let best = trials.min { $0.fit.loss < $1.fit.loss }!
      #expect((0..<6).filter { !found.kept[$0] } == [best.gone], "seed \(seed)")
      #expect(largestDifference(found.weights.values, best.fit.weights) < 1e-5, "seed \(seed)")
    }
  }

  @Test("Several weights: each time the best next one of brute force", arguments: waysOfPruning)
  func greedy(_ way: ComputeCase) throws {
    for seed in UInt64(1)...10 {
      let small = SmallProblem(rows: 3, columns: 7, bias: true, seed: seed)
      for count in [0, 1, 5, 11, 20, 21] {
        let found = try OptimalBrainSurgeon().prepare(small.problem, on: way.compute)
          .solution(.count(count), on: way.compute)
        let expected = greedyByBruteForce(small, count)
        for row in 0..<3 {
          let kept = (0..<7).filter { found.kept[row * 7 + $0] }
          #expect(kept == expected[row], "seed \(seed), \(count) weights, row \(row)")
          let fit = small.leastSquares(row: row, kept: kept + [7])
          #expect(largestDifference(found.weights.values[row * 8..<(row + 1) * 8], fit.weights) < 2e-5)
        }
      }
    }
  }

  /// Which columns stay in each row when the cheapest removal of all rows is taken `count` times, each row's other weights
  /// being fitted anew each time.
  private func greedyByBruteForce(_ small: SmallProblem, _ count: Int) -> [[Int]] {
    var kept = (0..<small.rows).map { _ in Array(0..<small.columns) }
    let bias = Array(small.columns..<small.width)
    // A row's own order does not depend on the others.
    var costs: [[(column: Int, cost: Double)]] = []
    for row in 0..<small.rows {
      var left = kept[row]
      var losses: [(column: Int, cost: Double)] = []
      var before = 0.0
      while !left.isEmpty {
        let trials = left.map { gone in
          (gone: gone, loss: small.leastSquares(row: row, kept: left.filter { $0 != gone } + bias).loss)
        }
        let best = trials.min { $0.loss < $1.loss }!
        losses.append((best.gone, best.loss - before))
        before = best.loss
        left.removeAll { $0 == best.gone }
      }
      costs.append(losses)
    }
    var taken = [Int](repeating: 0, count: small.rows)
    for _ in 0..<count {
      let next = (0..<small.rows).filter { taken[$0] < costs[$0].count }
        .min { costs[$0][taken[$0]].cost < costs[$1][taken[$1]].cost }!
      kept[next].removeAll { $0 == costs[next][taken[next]].column }
      taken[next] += 1
    }
    return kept
  }

  @Test("A row longer than one batch of changes: the same as fitting the survivors", arguments: waysOfPruning)
  func longRows(_ way: ComputeCase) throws {
    let small = SmallProblem(rows: 2, columns: 90, damping: 0.1, seed: 4)
    let found = try OptimalBrainSurgeon().prepare(small.problem, on: way.compute).solution(
      .count(140), on: way.compute)
    #expect(found.kept.survivors == 40)
    for row in 0..<2 {
      let kept = (0..<90).filter { found.kept[row * 90 + $0] }
      let fit = small.leastSquares(row: row, kept: kept)
      #expect(largestDifference(found.weights.values[row * 90..<(row + 1) * 90], fit.weights) < 1e-4)
      // What greedy removal keeps is better than what magnitude does, by far.
      let largest = Array(
        (0..<90).sorted { abs(small.weights[row][$0]) > abs(small.weights[row][$1]) }.prefix(kept.count))
      #expect(fit.loss < small.leastSquares(row: row, kept: largest.sorted()).loss)
    }
  }

  @Test("N of M: exactly, and what was pruned before stays pruned", arguments: waysOfPruning)
  func patterns(_ way: ComputeCase) throws {
    let small = SmallProblem(rows: 4, columns: 10, bias: true, seed: 8)
    var alive = Mask(ones: [4, 10])
    for index in [0, 1, 2, 17, 38, 39] { alive[index] = false }
    let problem = ReconstructionProblem(
      weights: small.problem.weights, moments: small.problem.moments, columns: 10, alive: alive)
    for method in [SparseGPT(blockSize: 3), OptimalBrainSurgeon(), WandaMethod()] as [any LayerPruningMethod]
    {
      let found = try method.prepare(problem, on: way.compute).solution(
        .nOfM(kept: 2, of: 4), on: way.compute)
      for row in 0..<4 {
        for first in [0, 4, 8] {
          let group = (first..<min(first + 4, 10)).map { row * 10 + $0 }
          #expect(group.count { found.kept[$0] } == min(2, group.count { alive[$0] }), "\(method)")
          #expect(group.allSatisfy { alive[$0] || !found.kept[$0] })
        }
        for column in 0..<10 where !found.kept[row * 10 + column] { #expect(found.weights[row, column] == 0) }
      }
    }
  }
}
