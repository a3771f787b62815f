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
  /// L⁻¹; nil for the Frobenius norm.
  private let unwhitening: Tensor?
  /// The root of every input's mean square; nil for the Frobenius norm.
  private let inputScales: [Float]?

  /// The decomposition of W, [outputs, inputs], in the Frobenius norm or, with H, [inputs, inputs], in the outputs'.
  ///
  /// Throws where a value is not finite; traps when shapes do not fit. `damping` is the share of H's mean diagonal that is added
  /// to it, ten times as much while it is not positive definite.
  public init(
    of matrix: Tensor, moments: Tensor? = nil, damping: Double = 0.01, on compute: Compute = .current
  ) throws(FactorisationError) {
    self.matrix = matrix
    guard let moments else {
      (unwhitening, inputScales) = (nil, nil)
      decomposition = try SingularValueDecomposition(of: matrix, on: compute)
      return
    }
    let inputs = matrix.shape[1]
    let problem = ReconstructionProblem(weights: matrix, moments: moments, columns: inputs, damping: damping)
    let (lower, inverse) = try DampedMoments(problem, on: compute).lowerFactors(on: compute)
    unwhitening = inverse
    inputScales = (0..<inputs).map { max(moments[$0, $0], 0).squareRoot() }
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

  /// The best approximation of a rank in 1…fullRank, with the `residualCount` weights of what is left of W that have the largest
  /// |w|, or, with moments, |w| · √(mean x²); of equal ones the last.
  public func approximation(
    rank: Int, residualCount: Int = 0, on compute: Compute = .current
  ) -> LowRankApproximation {
    precondition(
      (0...matrix.count).contains(residualCount), "\(residualCount) weights of \(matrix.count) for a residual"
    )
    let (up, whitened) = decomposition.truncated(to: rank)
    let down = unwhitening.map { whitened.multiplied(by: $0, on: compute) } ?? whitened
    guard residualCount > 0 else {
      return LowRankApproximation(up: up, down: down, residual: nil, kept: nil)
    }
    var rest = up.multiplied(by: down, on: compute)
    rest.withUnsafeMutableValues { rest in
      matrix.withUnsafeValues { matrix in
        for index in rest.indices { rest[index] = matrix[index] - rest[index] }
      }
    }
    let kept = largest(residualCount, of: rest)
    return LowRankApproximation(up: up, down: down, residual: rest.masked(by: kept), kept: kept)
  }

  private func largest(_ count: Int, of rest: Tensor) -> Mask {
    var scores = rest
    if let inputScales {
      scores.withUnsafeMutableValues { scores in
        for index in scores.indices { scores[index] *= inputScales[index % inputScales.count] }
      }
    }
    var kept = Mask(ones: rest.shape)
    var cut = MagnitudeSelection(smallest: rest.count - count, of: [(scores, kept)])
    cut.clear(scores, in: &kept)
    return kept
  }
}
