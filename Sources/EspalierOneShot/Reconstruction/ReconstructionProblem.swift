public import EspalierTensors

/// A layer's weights W and what its inputs are like: pruning is to find the sparse Ŵ that minimises the mean of
/// ‖W x − Ŵ x‖² = tr((W − Ŵ) · H · (W − Ŵ)ᵀ) with H = mean x xᵀ.
///
/// W is [outputs, width]; a bias is one more column, the last, whose input is always 1 and which is never pruned.
///
/// Source: B. Hassibi and D. G. Stork, "Second order derivatives for network pruning: optimal brain surgeon" (NIPS 1992); a
/// layer at a time: X. Dong, S. Chen and S. J. Pan, "Learning to prune deep neural networks via layer-wise optimal brain
/// surgeon" (NIPS 2017).
public struct ReconstructionProblem: Sendable {
  /// W, [outputs, width].
  public let weights: Tensor
  /// H, [width, width], symmetric.
  public let moments: Tensor
  /// The columns that may be pruned: `width`, or one less with a bias.
  public let columns: Int
  /// Which weights are not pruned before, [outputs, columns]; nil for all.
  public let alive: Mask?
  /// What is added to the diagonal of H before it is inverted, as a share of the diagonal's mean over the columns.
  public let damping: Double

  /// The number of outputs.
  public var rows: Int { weights.shape[0] }
  /// All columns.
  public var width: Int { weights.shape[1] }
  /// Σ of the weights that may be pruned.
  public var count: Int { rows * columns }

  /// A problem; traps when shapes do not fit. `damping` is 0.01 by default, as in SparseGPT.
  public init(weights: Tensor, moments: Tensor, columns: Int, alive: Mask? = nil, damping: Double = 0.01) {
    precondition(
      weights.shape.count == 2 && moments.shape == [weights.shape[1], weights.shape[1]],
      "weights of shape \(weights.shape) and moments of shape \(moments.shape) make no problem")
    let width = weights.shape[1]
    precondition(columns == width || columns == width - 1, "\(columns) columns to be pruned of \(width)")
    precondition(
      alive.map { $0.shape == [weights.shape[0], columns] } ?? true, "a mask of shape \(alive!.shape)")
    precondition(damping >= 0 && damping.isFinite, "a damping of \(damping)")
    self.weights = weights
    self.moments = moments
    self.columns = columns
    self.alive = alive
    self.damping = damping
  }

  /// tr(W · H · Wᵀ): the mean squared length of the outputs.
  public func outputEnergy(on compute: Compute = .current) -> Double { energy(of: weights, on: compute) }

  /// tr((W − Ŵ) · H · (W − Ŵ)ᵀ): the mean squared error of the outputs.
  public func error(of solution: Tensor, on compute: Compute = .current) -> Double {
    precondition(
      solution.shape == weights.shape, "a solution of shape \(solution.shape) for \(weights.shape)")
    return energy(
      of: Tensor(zip(weights.values, solution.values).map { $0 - $1 }, shape: weights.shape), on: compute)
  }

  private func energy(of matrix: Tensor, on compute: Compute) -> Double {
    matrix.dot(matrix.multiplied(by: moments, on: compute))
  }
}
