internal import CEspalierKernels

/// What one pass of a loss over a batch found.
public struct BatchLoss: Sendable, Hashable {
  /// The sum of the samples' losses.
  public var sum: Double
  /// The samples whose largest output is the target class, the lowest index winning ties; 0 for regression.
  public var correct: Int

  /// The result of one pass.
  public init(sum: Double, correct: Int) {
    self.sum = sum
    self.correct = correct
  }
}

extension Compute {
  /// Log-softmax and cross-entropy with label smoothing ε over the columns of `logits`, in one pass.
  ///
  /// With q = (1 − ε)·onehot(target) + ε / classes and p = softmax(logits): a column's loss is −Σ q log p, the gradient
  /// (p − q) · `scale`. `gradient` may be `logits`. Every target lies in 0 ..< classes.
  public func softmaxCrossEntropy(
    logits: MatrixView, targets: UnsafePointer<Int32>, smoothing: Float, scale: Float, gradient: MatrixView?
  ) -> BatchLoss {
    let found = kernels.softmax_cross_entropy(
      logits.base, gradient?.base, logits.rows, logits.columns, logits.columns, targets, smoothing, scale)
    return BatchLoss(sum: found.loss, correct: Int(found.correct))
  }

  /// Σ (y − t)² over all elements; the gradient is 2 (y − t) · `scale` and may be `output`.
  public func squaredError(
    output: MatrixView, targets: MatrixView, scale: Float, gradient: MatrixView?
  ) -> Double {
    precondition(
      output.rows == targets.rows && output.columns == targets.columns,
      "outputs \(output.rows) × \(output.columns) and targets \(targets.rows) × \(targets.columns) must have the same shape"
    )
    return kernels.squared_error(output.base, targets.base, gradient?.base, output.count, scale)
  }
}
