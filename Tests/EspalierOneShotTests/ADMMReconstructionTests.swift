import EspalierOneShot
import EspalierTensors
import EspalierTestSupport
import Testing

@Suite struct ADMMReconstructionTests {
  @Test(
    "A given mask: each iteration brings the weights nearer to the least-squares fit, at the rate of the theory",
    arguments: waysOfPruning)
  func convergence(_ way: ComputeCase) throws {
    for (seed, relaxation) in [(UInt64(1), Float(1)), (2, 1.6), (3, 1.6), (4, 0.7)] {
      let fixed = FixedMask(SmallProblem(rows: 4, columns: 12, bias: seed % 2 == 0, damping: 0.1, seed: seed))
      for iterations in [1, 5, 20, 400] {
        let method = ADMMReconstruction(iterations: iterations, penalty: 0.5, relaxation: relaxation)
        let found = try method.prepare(fixed.problem, on: way.compute)
          .solution(.count(fixed.gone), on: way.compute)
        #expect((0..<48).allSatisfy { found.kept[$0] == fixed.alive[$0] })
        let distance = fixed.distance(of: found.weights)
        let bound = fixed.bound(after: iterations, method)
        #expect(distance <= bound, "seed \(seed), α \(relaxation), \(iterations): \(distance) > \(bound)")
      }
      #expect(fixed.bound(after: 400, ADMMReconstruction(penalty: 0.5, relaxation: relaxation)) < 1e-3)
    }
  }

  @Test("Exactly as many go as asked for, what was pruned before included", arguments: waysOfPruning)
  func counts(_ way: ComputeCase) throws {
    let problem = correlated(rows: 6, columns: 30, bias: true, seed: 2)
    var alive = Mask(ones: [6, 30])
    for index in [0, 5, 77, 179] { alive[index] = false }
    for mask in [nil, alive] {
      let problem = problem.with(alive: mask)
      let prepared = try ADMMReconstruction(iterations: 12).prepare(problem, on: way.compute)
      for count in [0, 1, 4, 5, 90, 179, 180] {
        let found = try prepared.solution(.count(count), on: way.compute)
        #expect(found.kept.survivors == min(180 - count, mask?.survivors ?? 180))
        for index in 0..<180 where !found.kept[index] { #expect(found.weights[index / 30, index % 30] == 0) }
        #expect((0..<180).allSatisfy { mask?[$0] ?? true || !found.kept[$0] })
      }
    }
  }

  @Test(
    "Without anything to prune the weights stay, but for rounding of the scales", arguments: waysOfPruning)
  func nothing(_ way: ComputeCase) throws {
    let problem = correlated(rows: 3, columns: 20, bias: true, seed: 5)
    let found = try ADMMReconstruction().prepare(problem, on: way.compute).solution(
      .count(0), on: way.compute)
    // One product and one quotient.
    for (new, old) in zip(found.weights.values, problem.weights.values) {
      #expect(abs(new - old) <= 2 * Float.ulpOfOne * abs(old))
    }
  }

  @Test("All weights gone: the bias stays, and gives the mean output", arguments: waysOfPruning)
  func onlyTheBias(_ way: ComputeCase) throws {
    let small = SmallProblem(rows: 3, columns: 6, bias: true, damping: 0, seed: 6)
    let found = try ADMMReconstruction(iterations: 200).prepare(small.problem, on: way.compute)
      .solution(.count(18), on: way.compute)
    for row in 0..<3 {
      let fit = small.leastSquares(row: row, kept: [6])
      #expect(largestDifference(found.weights.values[row * 7..<(row + 1) * 7], fit.weights) < 1e-5)
    }
  }

  @Test("N of M: exactly, and what was pruned before stays pruned", arguments: waysOfPruning)
  func patterns(_ way: ComputeCase) throws {
    let full = correlated(rows: 4, columns: 10, bias: true, seed: 8)
    var alive = Mask(ones: [4, 10])
    for index in [0, 1, 2, 17, 38, 39] { alive[index] = false }
    let problem = full.with(alive: alive)
    for (count, group) in [(2, 4), (1, 4), (4, 4), (1, 1), (3, 8)] {
      let found = try ADMMReconstruction(iterations: 20).prepare(problem, on: way.compute).solution(
        .nOfM(kept: count, of: group), on: way.compute)
      for row in 0..<4 {
        for first in stride(from: 0, to: 10, by: group) {
          let members = (first..<min(first + group, 10)).map { row * 10 + $0 }
          #expect(members.count { found.kept[$0] } == min(count, members.count { alive[$0] }))
          #expect(members.allSatisfy { alive[$0] || !found.kept[$0] })
        }
        for column in 0..<10 where !found.kept[row * 10 + column] { #expect(found.weights[row, column] == 0) }
      }
    }
  }

  @Test(
    "Correlated inputs: a smaller error than SparseGPT's, for counts and for 2:4", arguments: [0.5, 0.7, 0.9])
  func quality(_ sparsity: Double) throws {
    for seed in UInt64(1)...3 {
      let problem = correlated(rows: 20, columns: 60, bias: true, seed: seed)
      for amount in [LayerAmount.count(Int(1200 * sparsity)), .nOfM(kept: 2, of: 4)] {
        let errors = try [ADMMReconstruction(), SparseGPT()].map { (method: any LayerPruningMethod) in
          problem.error(of: try method.prepare(problem, on: .current).solution(amount, on: .current).weights)
        }
        #expect(errors[0] < 0.9 * errors[1], "seed \(seed), \(amount): \(errors)")
      }
    }
  }

  @Test("Singular moments: dead inputs, and fewer samples than inputs", arguments: waysOfPruning)
  func singular(_ way: ComputeCase) throws {
    for damping in [0, 0.01] {
      let problem = correlated(
        rows: 5, columns: 40, samples: 15, dead: [0, 7, 39], damping: damping, seed: 3)
      let found = try ADMMReconstruction().prepare(problem, on: way.compute).solution(
        .count(100), on: way.compute)
      #expect(found.kept.survivors == 100 && found.damping >= damping && found.damping < 1)
      #expect(found.weights.values.allSatisfy { $0.isFinite })
      // What no sample sees goes first, unless damping lends it a weight.
      #expect(damping > 0 || (0..<200).allSatisfy { ![0, 7, 39].contains($0 % 40) || !found.kept[$0] })
      #expect(problem.error(of: found.weights) < 0.05 * problem.outputEnergy())
    }
  }

  @Test("Moments that are not numbers are refused", arguments: waysOfPruning)
  func notNumbers(_ way: ComputeCase) {
    var moments = correlated(rows: 2, columns: 4, seed: 1).moments
    moments[3, 1] = .nan
    let problem = ReconstructionProblem(weights: Tensor(zeros: [2, 4]), moments: moments, columns: 4)
    #expect(throws: FactorisationError.self) { try ADMMReconstruction().prepare(problem, on: way.compute) }
  }

  @Test("Any number of threads gives the same bits without a BLAS, and every run does")
  func determinism() throws {
    // Products large enough to be shared out.
    let problem = correlated(rows: 130, columns: 120, bias: true, seed: 9)
    for backend in Backend.available {
      let runs = try [1, 3, 3].map { threads in
        let way = ComputeCase(backend: backend, instructionSet: .strongest, threads: threads)
        return try way {
          try ADMMReconstruction(iterations: 10).prepare(problem, on: way.compute)
            .solution(.count(10_000), on: way.compute)
        }
      }
      #expect(runs[1].weights.values == runs[2].weights.values && runs[1].kept == runs[2].kept)
      if backend == .reference { #expect(runs[0].weights.values == runs[1].weights.values) }
    }
  }

  @Test func wrongSettingsTrap() async {
    await #expect(processExitsWith: .failure) { _ = ADMMReconstruction(iterations: 0) }
    await #expect(processExitsWith: .failure) { _ = ADMMReconstruction(iterations: 5, maskIterations: 6) }
    await #expect(processExitsWith: .failure) { _ = ADMMReconstruction(relaxation: 2) }
    await #expect(processExitsWith: .failure) { _ = ADMMReconstruction(penalty: 0) }
  }
}

/// A problem whose inputs are each mixed of three of a third as many random numbers, with a little noise.
private func correlated(
  rows: Int, columns: Int, bias: Bool = false, samples: Int? = nil, dead: [Int] = [], damping: Double = 0.01,
  seed: UInt64
) -> ReconstructionProblem {
  var generator = Xoshiro256(seed: seed)
  let samples = samples ?? 4 * columns
  let hidden = (columns + 2) / 3
  let mixing = Tensor(uniform: -1..<1, shape: [3, columns], using: &generator).values
  let sources = Tensor(uniform: -1..<1, shape: [hidden, samples], using: &generator).values
  var inputs = Tensor(uniform: -0.3..<0.3, shape: [columns, samples], using: &generator)
  inputs.withUnsafeMutableValues { inputs in
    for column in 0..<columns {
      for sample in 0..<samples {
        for part in 0..<3 {
          let source = (1 + 2 * part) * column % hidden
          inputs[column * samples + sample] +=
            mixing[part * columns + column] * sources[source * samples + sample]
        }
        if dead.contains(column) { inputs[column * samples + sample] = 0 }
      }
    }
  }
  var stream = SecondMoments(features: columns)
  inputs.withUnsafeMutableValues {
    stream.add(MatrixView(base: $0.baseAddress!, rows: columns, columns: samples))
  }
  return ReconstructionProblem(
    weights: Tensor(uniform: -1..<1, shape: [rows, columns + (bias ? 1 : 0)], using: &generator),
    moments: stream.mean(withOnes: bias), columns: columns, damping: damping)
}

extension ReconstructionProblem {
  fileprivate func with(alive: Mask?) -> ReconstructionProblem {
    ReconstructionProblem(
      weights: weights, moments: moments, columns: columns, alive: alive, damping: damping)
  }
}

/// A problem whose mask is given, and what is known about ADMM's way to its solution, in scaled columns.
private struct FixedMask {
  let small: SmallProblem
  let alive: Mask
  let problem: ReconstructionProblem
  let gone: Int
  private let scales: [Double]
  /// The scaled H.
  private let moments: [[Double]]
  /// The scaled W, and its least-squares fit.
  private let weights: [[Double]]
  private let fit: [[Double]]

  init(_ small: SmallProblem) {
    self.small = small
    let flags = (0..<small.rows * small.columns).map { $0 * 7 % 11 < 5 }
    alive = Mask(flags, shape: [small.rows, small.columns])
    gone = flags.count { !$0 }
    problem = ReconstructionProblem(
      weights: small.problem.weights, moments: small.problem.moments, columns: small.columns, alive: alive,
      damping: small.problem.damping)
    let scales = (0..<small.width).map { small.moments[$0][$0].squareRoot() }
    self.scales = scales
    moments = (0..<small.width).map { i in
      (0..<small.width).map { small.moments[i][$0] / scales[i] / scales[$0] }
    }
    weights = small.weights.map { zip($0, scales).map(*) }
    fit = (0..<small.rows).map { row in
      let kept = (0..<small.width).filter { $0 >= small.columns || flags[row * small.columns + $0] }
      return zip(small.leastSquares(row: row, kept: kept).weights, scales).map(*)
    }
  }

  /// ‖Ŵ − fit‖ in scaled columns.
  func distance(of solution: Tensor) -> Double {
    norm(
      (0..<small.rows).map { row in
        (0..<small.width).map { Double(solution[row, $0]) * scales[$0] - fit[row][$0] }
      })
  }

  /// ADMM on strongly convex functions is Douglas–Rachford splitting, in which V comes nearer to its limit V* by at least
  /// r = |1 − α / 2| + α / 2 · max((L − ρ) / (L + ρ), (ρ − m) / (ρ + m)) each time, L and m bounding the eigenvalues of H
  /// (P. Giselsson and S. Boyd, "Linear convergence and metric selection for Douglas–Rachford splitting and ADMM", 2017); the
  /// solution, a projection of V, is no further from its own. V* is the fit on the mask, and −gradient / ρ elsewhere. Rounding
  /// adds less than n · u times the condition of H + ρ · I and the size of V each time.
  func bound(after iterations: Int, _ method: ADMMReconstruction) -> Double {
    let (rho, alpha, width) = (Double(method.penalty), Double(method.relaxation), Double(small.width))
    let largest = norm(moments)
    let least = 1 / norm(inverse(moments))
    let contraction = max((largest - rho) / (largest + rho), (rho - least) / (rho + least))
    let rate = abs(1 - alpha / 2) + alpha / 2 * contraction
    let limit = self.limit(rho)
    let start = norm(
      (0..<small.rows).map { row in
        (0..<small.width).map { column in
          let stays = column >= small.columns || alive[row * small.columns + column]
          return (stays ? weights[row][column] : 0) - limit[row][column]
        }
      })
    let condition = (largest + rho) / (least + rho)
    let rounding = width * Double(Float.ulpOfOne) * condition * (norm(limit) + norm(weights)) / (1 - rate)
    var nearer = 1.0
    for _ in 0..<iterations { nearer *= rate }
    return nearer * start + rounding
  }

  /// V*.
  private func limit(_ rho: Double) -> [[Double]] {
    (0..<small.rows).map { row in
      let difference = zip(weights[row], fit[row]).map(-)
      return (0..<small.width).map { column in
        if column >= small.columns || alive[row * small.columns + column] { return fit[row][column] }
        return (0..<small.width).reduce(0) { $0 + difference[$1] * moments[$1][column] } / rho
      }
    }
  }

  /// The root of the sum of the squares.
  private func norm(_ matrix: [[Double]]) -> Double {
    matrix.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
