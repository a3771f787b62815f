public import EspalierTensors

/// What a batch should have given.
public enum Targets {
  /// A class a sample.
  case classes(UnsafeBufferPointer<Int32>)
  /// Values of the output's shape, feature-major.
  case values(MatrixView)
}

/// What training makes small: the mean of a loss over the samples.
public protocol Loss: Sendable {
  /// Whether the targets are classes rather than values.
  var takesClasses: Bool { get }

  /// Computes the loss of a batch and, if asked for, the gradient of its mean by the outputs.
  ///
  /// `gradient` may be `output` itself. Traps when the targets are of the wrong kind or shape.
  func evaluate(_ output: MatrixView, _ targets: Targets, gradient: MatrixView?, on compute: Compute)
    -> BatchLoss
}

/// Cross-entropy of logits and classes, with label smoothing ε: the mean of −Σ q log softmax(x), where
/// q = (1 − ε) · onehot + ε / classes. Fused with log-softmax; the network ends with logits.
///
/// Source: C. Szegedy et al., "Rethinking the Inception architecture" (CVPR 2016) for the smoothing.
public struct CrossEntropy: Loss {
  /// ε in 0…1.
  public let labelSmoothing: Float

  /// Cross-entropy, by default without smoothing.
  public init(labelSmoothing: Float = 0) {
    precondition((0...1).contains(labelSmoothing), "label smoothing lies in 0…1, not \(labelSmoothing)")
    self.labelSmoothing = labelSmoothing
  }

  /// Classes.
  public var takesClasses: Bool { true }

  /// One pass over the logits.
  public func evaluate(
    _ output: MatrixView, _ targets: Targets, gradient: MatrixView?, on compute: Compute
  ) -> BatchLoss {
    guard case .classes(let classes) = targets else {
      preconditionFailure("cross-entropy takes classes as targets")
    }
    precondition(classes.count == output.columns, "\(classes.count) targets for a batch of \(output.columns)")
    guard let base = classes.baseAddress else { return BatchLoss(sum: 0, correct: 0) }
    for target in classes {
      precondition(
        target >= 0 && target < output.rows, "class \(target) outside the network's \(output.rows) outputs")
    }
    return compute.softmaxCrossEntropy(
      logits: output, targets: base, smoothing: labelSmoothing, scale: 1 / Float(max(output.columns, 1)),
      gradient: gradient)
  }
}

/// The mean over samples and features of (y − t)².
public struct MeanSquaredError: Loss {
  /// The loss.
  public init() {}

  /// Values.
  public var takesClasses: Bool { false }

  /// One pass over the outputs; `correct` counts samples whose largest output is where the largest target is.
  public func evaluate(
    _ output: MatrixView, _ targets: Targets, gradient: MatrixView?, on compute: Compute
  ) -> BatchLoss {
    guard case .values(let values) = targets else {
      preconditionFailure("mean squared error takes values as targets")
    }
    let correct = (0..<output.columns).count { output.largestRow($0) == values.largestRow($0) }
    let sum = compute.squaredError(
      output: output, targets: values, scale: 1 / Float(max(output.count, 1)), gradient: gradient)
    return BatchLoss(sum: sum / Double(max(output.rows, 1)), correct: correct)
  }
}

extension MatrixView {
  /// The row of the largest value in a column, the lowest row winning ties.
  public func largestRow(_ column: Int) -> Int {
    var best = 0
    for row in 0..<rows where self[row, column] > self[best, column] { best = row }
    return best
  }
}
