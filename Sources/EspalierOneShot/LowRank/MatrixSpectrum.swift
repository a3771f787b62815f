public import EspalierTensors

/// A layer's matrix W ready to be approximated by any rank: in the Frobenius norm by its singular values, or, given the second
/// moments H of its inputs, in the mean squared error of its outputs.
///
/// With H = L · Lᵀ the mean of ‖W x − Ŵ x‖² is ‖(W − Ŵ) · L‖², so that the best Ŵ of rank r is the truncated decomposition of
/// W · L, times L⁻¹. H is damped as for pruning, so that dead inputs do no harm. Costs O(outputs · inputs · min(outputs, inputs))
/// operations, some tens a term, and with moments inputs³ more.
///
/// Sources: C. Eckart and G. Young (Psychometrika 1, 1936); weighted by moments: X. Wang et al., "SVD-LLM: truncation-aware
/// singular value decomposition for large language model compression" (ICLR 2025); with a sparse residual: T. Zhou and D. Tao,
/// "GoDec: randomized low-rank & sparse matrix decomposition in noisy case" (ICML 2011), of which this takes a single step.
public struct MatrixSpectrum: Sendable {
  /// W, [outputs, inputs].
  public let matrix: Tensor
  private let decomposition: SingularValueDecomposition
  /// H, and L⁻¹; nil for the Frobenius norm.
  private let whitening: (moments: DampedMoments, inverse: Tensor)?

  /// The damping of H that was needed; 0 for the Frobenius norm.
  public var damping: Double { whitening?.moments.damping ?? 0 }

  /// The decomposition of W, [outputs, inputs], in the Frobenius norm or, with H, [inputs, inputs], in the outputs'.
  ///
  /// Throws where a value is not finite; traps when shapes do not fit. `damping` is the share of H's mean diagonal that is added
  /// to it, ten times as much while it is not positive definite.
  public init(
    of matrix: Tensor, moments: Tensor? = nil, damping: Double = 0.01, on compute: Compute = .current
  ) throws(FactorisationError) {
    self.matrix = matrix
    guard let moments else {
      whitening = nil
      decomposition = try SingularValueDecomposition(of: matrix, on: compute)
      return
    }
    let problem = ReconstructionProblem(
      weights: matrix, moments: moments, columns: matrix.shape[1], damping: damping)
    let damped = try DampedMoments(problem, on: compute)
    let (lower, inverse) = damped.lowerFactors(on: compute)
    whitening = (damped, inverse)
    decomposition = try SingularValueDecomposition(of: matrix.multiplied(by: lower, on: compute), on: compute)
  }

  /// min(outputs, inputs)
  public var fullRank: Int { decomposition.values.count }

  /// The singular values, the largest first: of W, or of W · L.
  public var singularValues: [Float] { decomposition.values }

  /// The rank that a choice asks for beside so many weights of a residual; nil where it leaves no room for rank 1.
  public func rank(_ choice: RankChoice, residualCount: Int = 0) -> Int? {
    choice.requireValid()
    switch choice {
    case .energy(let share): return min(max(decomposition.rank(holding: share), 1), fullRank)
    case .rank(let rank): return min(rank, fullRank)
    case .multiplyAccumulates(let share):
      let room = Int(share * Double(matrix.count) + 1e-6) - residualCount
      let rank = room / max(matrix.shape[0] + matrix.shape[1], 1)
      return rank > 0 ? min(rank, fullRank) : nil
    }
  }

  /// The best approximation of a rank in 1…fullRank, with a residual of `residualCount` weights: those of what is left of W that
  /// have the largest |w| or, with moments, |w| · √(mean x²), of equal ones the last; as large as fits the outputs best.
  ///
  /// Costs, with moments, a row's residual weights³ / 3 operations for every row.
  public func approximation(
    rank: Int, residualCount: Int = 0, on compute: Compute = .current
  ) throws(FactorisationError) -> LowRankApproximation {
    precondition(
      (0...matrix.count).contains(residualCount), "\(residualCount) weights of \(matrix.count) for a residual"
    )
    let (up, whitened) = decomposition.truncated(to: rank)
    let down = whitening.map { whitened.multiplied(by: $0.inverse, on: compute) } ?? whitened
    guard residualCount > 0 else {
      return LowRankApproximation(up: up, down: down, residual: nil, kept: nil)
    }
    let rest = rest(without: up.multiplied(by: down, on: compute))
    let kept = largest(residualCount, of: rest)
    return LowRankApproximation(
      up: up, down: down, residual: try fitted(rest, kept, on: compute), kept: kept)
  }

  /// W − product
  private func rest(without product: Tensor) -> Tensor {
    var rest = product
    rest.withUnsafeMutableValues { rest in
      matrix.withUnsafeValues { matrix in
        for index in rest.indices { rest[index] = matrix[index] - rest[index] }
      }
    }
    return rest
  }

  /// The sparse matrix nearest to a dense one. In the outputs' norm that is not the dense one's values: they make up for each
  /// other, and what is left alone of them could be worse than nothing.
  private func fitted(
    _ rest: Tensor, _ kept: Mask, on compute: Compute
  ) throws(FactorisationError) -> Tensor {
    guard let moments = whitening?.moments else { return rest.masked(by: kept) }
    let problem = ReconstructionProblem(
      weights: rest, moments: moments.matrix, columns: rest.shape[1], damping: 0)
    return try LeastSquaresRefit(moments: moments).solution(problem, kept: kept, on: compute).weights
  }

  private func largest(_ count: Int, of rest: Tensor) -> Mask {
    var scores = rest
    if let moments = whitening?.moments.matrix {
      let scales = (0..<rest.shape[1]).map { moments[$0, $0].squareRoot() }
      scores.withUnsafeMutableValues { scores in
        for index in scores.indices { scores[index] *= scales[index % scales.count] }
      }
    }
    var kept = Mask(ones: rest.shape)
    var cut = MagnitudeSelection(smallest: rest.count - count, of: [(scores, kept)])
    cut.clear(scores, in: &kept)
    return kept
  }
}
