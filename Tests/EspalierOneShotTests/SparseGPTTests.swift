import EspalierOneShot
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct SparseGPTTests {
  @Test("Blocks of one column: column-wise optimal brain surgeon, spelt out", arguments: waysOfPruning)
  func columnWise(_ way: ComputeCase) throws {
    for seed in UInt64(1)...10 {
      let small = SmallProblem(rows: 5, columns: 8, bias: seed % 2 == 0, seed: seed)
      let found = try SparseGPT(blockSize: 1).prepare(small.problem, on: way.compute)
        .solution(.count(20), on: way.compute)
      let expected = surgeonByColumns(small, pruned: 20)
      #expect((0..<40).map { found.kept[$0] } == expected.kept.flatMap(\.self), "seed \(seed)")
      #expect(
        largestDifference(found.weights.values, expected.weights.flatMap(\.self)) < 1e-5, "seed \(seed)")
    }
  }

  /// For each column from the first on: G = (H of the columns from it on)⁻¹; the rows whose w² / G[0, 0] is the smallest lose
  /// it, and their later weights change by −w / G[0, 0] · G[0, later].
  private func surgeonByColumns(_ small: SmallProblem, pruned: Int) -> (weights: [[Double]], kept: [[Bool]]) {
    var w = small.weights
    var kept = [[Bool]](repeating: [Bool](repeating: true, count: small.columns), count: small.rows)
    var gone = 0
    for column in 0..<small.columns {
      let rest = Array(column..<small.width)
      let g = inverse(rest.map { i in rest.map { small.moments[i][$0] } })
      let wanted = Int(
        (Double(pruned) * Double(column + 1) / Double(small.columns)).rounded())
      let order = (0..<small.rows).sorted { w[$0][column] * w[$0][column] < w[$1][column] * w[$1][column] }
      for row in order.prefix(wanted - gone) {
        let step = w[row][column] / g[0][0]
        for (index, later) in rest.enumerated() { w[row][later] -= step * g[0][index] }
        w[row][column] = 0
        kept[row][column] = false
      }
      gone = wanted
    }
    return (w, kept)
  }

  @Test(
    "Blocks change what is chosen, never how many, what was pruned before included", arguments: waysOfPruning)
  func counts(_ way: ComputeCase) throws {
    let small = SmallProblem(rows: 6, columns: 30, bias: true, seed: 2)
    var alive = Mask(ones: [6, 30])
    // Most of the first columns, of which a block can give no more.
    for index in 0..<180 where index % 30 < 12 && index % 7 > 0 { alive[index] = false }
    for mask in [nil, alive] {
      let problem = ReconstructionProblem(
        weights: small.problem.weights, moments: small.problem.moments, columns: 30, alive: mask)
      for blockSize in [1, 7, 16, 128] {
        let prepared = try SparseGPT(blockSize: blockSize).prepare(problem, on: way.compute)
        for count in [0, 1, 60, 61, 90, 91, 179, 180] {
          let found = try prepared.solution(.count(count), on: way.compute)
          #expect(found.kept.survivors == min(180 - count, mask?.survivors ?? 180), "\(blockSize), \(count)")
          #expect((0..<180).allSatisfy { mask?[$0] ?? true || !found.kept[$0] })
          for index in 0..<180 where !found.kept[index] {
            #expect(found.weights[index / 30, index % 30] == 0)
          }
        }
      }
    }
  }

  @Test(
    "What was pruned before is made up for as well: least squares for a first column",
    arguments: waysOfPruning)
  func prunedBefore(_ way: ComputeCase) throws {
    let small = SmallProblem(rows: 1, columns: 9, seed: 3)
    var alive = Mask(ones: [1, 9])
    alive[0] = false
    let problem = ReconstructionProblem(
      weights: small.problem.weights, moments: small.problem.moments, columns: 9, alive: alive)
    let found = try SparseGPT().prepare(problem, on: way.compute).solution(.count(1), on: way.compute)
    let fit = small.leastSquares(row: 0, kept: Array(1..<9))
    #expect(largestDifference(found.weights.values, fit.weights) < 1e-5)
    #expect(found.weights[0, 0] == 0)
  }

  @Test(
    "In order of quality over several problems: exact surgeon, SparseGPT, then those that change no weight",
    arguments: [0.5, 0.7, 0.8])
  func order(_ sparsity: Double) throws {
    let methods: [any LayerPruningMethod] = [
      OptimalBrainSurgeon(), SparseGPT(), WandaMethod(), MagnitudeMethod(),
    ]
    var errors = [Double](repeating: 0, count: methods.count)
    for seed in UInt64(1)...5 {
      let small = SmallProblem(rows: 20, columns: 40, seed: seed)
      for (index, method) in methods.enumerated() {
        let found = try method.prepare(small.problem, on: .current)
          .solution(.count(Int(800 * sparsity)), on: .current)
        errors[index] += small.problem.error(of: found.weights)
      }
    }
    #expect(errors[0] < errors[1] && errors[1] < min(errors[2], errors[3]), "\(errors)")
  }
}
