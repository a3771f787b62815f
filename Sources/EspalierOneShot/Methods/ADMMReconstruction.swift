internal import EspalierPruning
public import EspalierTensors

/// Layer reconstruction by the alternating direction method of multipliers (ADMM): the mask and the weights that stay are found
/// together, in a fixed number of iterations that are all products.
///
/// The columns are first scaled by the roots of the diagonal of H, damped, so that a weight's magnitude is its Wanda score and H
/// has a diagonal of 1. From Z = W and U = 0, each iteration computes
///
///     X ← W + ρ · (Z − U − W) · (H + ρ · I)⁻¹      the best weights near Z − U
///     V ← α · X + (1 − α) · Z + U
///     Z ← V on the mask, 0 elsewhere;  U ← V − Z
///
/// In the first `maskIterations` the mask is chosen anew each time, the weights of the largest |V| staying: among those of the
/// layer, or of every group of an N:M pattern; the share that goes grows as a cubic up to the amount asked for, and a weight
/// that went too early comes back. Then the mask is held, and Z converges to the least-squares fit of the survivors; the last Z
/// is the solution.
///
/// Costs 4/3 · width³ + 2 · `iterations` · outputs · width² operations and the memory of one more H and of three more W, whatever
/// the amount: for layers of many outputs far less than anything that solves a system for each of them.
///
/// Sources: V. Boža, "Fast and effective weight update for pruned large language models" (TMLR 2024); S. Boyd, N. Parikh,
/// E. Chu, B. Peleato and J. Eckstein, "Distributed optimization and statistical learning via the alternating direction method
/// of multipliers" (2011), over-relaxation in §3.4.3.
public struct ADMMReconstruction: LayerPruningMethod {
  /// How many times weights, mask and multipliers are computed.
  public let iterations: Int
  /// In how many of them, from the first on, the mask is chosen; later ones only fit the weights.
  public let maskIterations: Int
  /// ρ, in units of the scaled H, whose diagonal is 1: how firmly the weights are held to the mask in each iteration.
  public let penalty: Float
  /// α: how far beyond the best weights an iteration goes; 1 is plain ADMM.
  public let relaxation: Float

  /// The method.
  ///
  /// 50 iterations by default; `maskIterations` is three quarters of them, rounded up, unless it is given. ρ is 0.3 and α 1.6:
  /// on fully connected layers that converged in about half of the iterations of ρ = 1 and α = 1. Twenty iterations are enough
  /// for moderate sparsities. Traps unless 1 ≤ `maskIterations` ≤ `iterations`, ρ > 0 and 0 < α < 2.
  public init(
    iterations: Int = 50, maskIterations: Int? = nil, penalty: Float = 0.3, relaxation: Float = 1.6
  ) {
    let maskIterations = maskIterations ?? iterations - iterations / 4
    precondition(
      maskIterations > 0 && maskIterations <= iterations,
      "a mask chosen in \(maskIterations) of \(iterations) iterations")
    precondition(penalty > 0 && penalty.isFinite, "a penalty of \(penalty)")
    precondition(relaxation > 0 && relaxation < 2, "a relaxation of \(relaxation)")
    self.iterations = iterations
    self.maskIterations = maskIterations
    self.penalty = penalty
    self.relaxation = relaxation
  }

  /// Scales H and inverts H + ρ · I.
  public func prepare(
    _ problem: ReconstructionProblem, on compute: Compute
  ) throws(FactorisationError) -> any PreparedLayer {
    let moments = try DampedMoments(problem, on: compute)
    let scales = (0..<problem.width).map { moments.matrix[$0, $0].squareRoot() }
    let matrix = scaledAndPenalised(moments.matrix, scales)
    return ADMMLayer(
      problem: problem, method: self, scales: scales,
      inverse: try CholeskyFactor(of: matrix, on: compute).inverse(on: compute), damping: moments.damping)
  }

  /// H[p, q] / (s[p] · s[q]) + ρ · I.
  private func scaledAndPenalised(_ moments: Tensor, _ scales: [Float]) -> Tensor {
    var matrix = moments
    matrix.withUnsafeMutableValues { values in
      for (row, scale) in scales.enumerated() {
        for (column, other) in scales.enumerated() { values[row * scales.count + column] /= scale * other }
        values[row * scales.count + row] += penalty
      }
    }
    return matrix
  }
}

private struct ADMMLayer: PreparedLayer {
  let problem: ReconstructionProblem
  let method: ADMMReconstruction
  /// What the columns of W are multiplied by.
  let scales: [Float]
  /// (H + ρ · I)⁻¹, of the scaled H.
  let inverse: Tensor
  let damping: Double

  func solution(_ amount: LayerAmount, on compute: Compute) -> LayerSolution {
    let mask = GrowingMask(problem, amount)
    var iterate = ADMMIterate(problem, scales: scales, method)
    for iteration in 1...method.iterations {
      iterate.advance(inverse, on: compute)
      guard iteration <= method.maskIterations else { continue }
      let time = Double(iteration) / Double(method.maskIterations)
      mask.choose(
        &iterate.kept, from: iterate.values, share: CubicSparsity().sparsity(at: time, from: 0, to: 1),
        on: compute)
    }
    let flags = (0..<problem.count).map {
      iterate.kept[$0 / problem.columns * problem.width + $0 % problem.columns]
    }
    let kept = Mask(flags, shape: [problem.rows, problem.columns])
    var weights = iterate.values.masked(by: kept)
    weights.formColumns(scales, /)
    return LayerSolution(weights: weights, kept: kept, damping: damping)
  }
}

extension Tensor {
  /// Combines every element of a matrix with a number for its column.
  mutating func formColumns(_ numbers: [Float], _ combine: (Float, Float) -> Float) {
    withUnsafeMutableValues { values in
      for first in stride(from: 0, to: values.count, by: numbers.count) {
        for (column, number) in numbers.enumerated() {
          values[first + column] = combine(values[first + column], number)
        }
      }
    }
  }
}
