internal import CEspalierKernels

/// Work below this many elements stays on one thread: handing over costs more than it saves.
private let leastElementsPerThread = 1 << 16

extension Compute {
  /// y[r, c] = f(y[r, c] + bias[r]) in place and in one pass; without an activation f is the identity.
  public func addBias(_ bias: UnsafePointer<Float>?, activation: Activation?, to y: MatrixView) {
    guard bias != nil || activation != nil else { return }
    let kernel = kernels.bias_activation
    let name = activation?.kernelName ?? ESPALIER_IDENTITY
    let parameter = activation?.parameter ?? 0
    forEachRowRange(of: y) { rows in
      kernel(
        y.base + rows.lowerBound * y.columns, rows.count, y.columns, y.columns,
        bias.map { $0 + rows.lowerBound }, name,
        parameter)
    }
  }

  /// dy ← dy ∘ f'(y) in place, and biasGradient[r] = Σ over c of the new dy[r, c], in one pass.
  ///
  /// The activation's derivative must follow from its output `y`; without an activation dy is only summed.
  public func activationAndBiasGradient(
    _ dy: MatrixView, output y: MatrixView, activation: Activation?,
    biasGradient: UnsafeMutablePointer<Float>?
  ) {
    guard biasGradient != nil || activation != nil else { return }
    precondition(
      activation?.derivativeFollowsFromOutput ?? true,
      "the derivative of \(activation!) does not follow from its output")
    let kernel = kernels.activation_bias_gradient
    let name = activation?.kernelName ?? ESPALIER_IDENTITY
    let parameter = activation?.parameter ?? 0
    forEachRowRange(of: dy) { rows in
      let offset = rows.lowerBound * dy.columns
      kernel(
        dy.base + offset, y.base + offset, rows.count, dy.columns, dy.columns, name, parameter,
        biasGradient.map { $0 + rows.lowerBound })
    }
  }

  /// y[i] = f(x[i]); y may be x.
  public func apply(_ activation: Activation, to x: MatrixView, into y: MatrixView) {
    let kernel = kernels.activation
    forEachRange(x, y) {
      kernel(
        y.base + $0.lowerBound, x.base + $0.lowerBound, $0.count, activation.kernelName, activation.parameter)
    }
  }

  /// dx[i] = dy[i] · f'(…), where `reference` is the output, or for GELU the input; dx may be dy.
  public func gradient(
    of activation: Activation, outputGradient dy: MatrixView, reference: MatrixView, into dx: MatrixView
  ) {
    let kernel = kernels.activation_gradient
    forEachRange(dy, dx) {
      kernel(
        dx.base + $0.lowerBound, dy.base + $0.lowerBound, reference.base + $0.lowerBound, $0.count,
        activation.kernelName,
        activation.parameter)
    }
  }

  /// Softmax over the rows of every column, or its logarithm; y may be x.
  public func softmax(_ x: MatrixView, logarithm: Bool, into y: MatrixView) {
    requireSameShape(x, y)
    kernels.softmax(y.base, x.base, x.rows, x.columns, x.columns, logarithm)
  }

  /// The gradient of `softmax` from its output y and the gradient dy; dx may be dy.
  public func softmaxGradient(
    outputGradient dy: MatrixView, output y: MatrixView, logarithm: Bool, into dx: MatrixView
  ) {
    requireSameShape(dy, dx)
    kernels.softmax_gradient(dx.base, dy.base, y.base, dy.rows, dy.columns, dy.columns, logarithm)
  }

  /// y[i] = x[i] / (1 − probability), or 0 where a hash of (`key`, i) falls below the probability; y may be x.
  public func dropout(_ x: MatrixView, key: UInt64, probability: Float, into y: MatrixView) {
    let kernel = kernels.dropout
    forEachRange(x, y) {
      kernel(
        y.base + $0.lowerBound, x.base + $0.lowerBound, $0.count, key, UInt64($0.lowerBound), probability)
    }
  }

  /// y = a + b, element by element; y may be one of them.
  public func add(_ a: MatrixView, _ b: MatrixView, into y: MatrixView) {
    requireSameShape(a, b)
    let kernel = kernels.sum
    forEachRange(a, y) {
      kernel(y.base + $0.lowerBound, a.base + $0.lowerBound, b.base + $0.lowerBound, $0.count)
    }
  }

  /// The columns of x become the rows of y; the bits do not depend on the number of threads.
  public func transpose(_ x: MatrixView, into y: MatrixView) {
    precondition(
      x.rows == y.columns && x.columns == y.rows,
      "a \(x.rows) × \(x.columns) matrix does not transpose into a \(y.rows) × \(y.columns) one")
    // A row and a column are the same memory.
    if x.rows == 1 || x.columns == 1 { return y.base.update(from: x.base, count: x.count) }
    transposeOverlap(of: x, with: y)
  }

  /// y[c, r] = x[r, c] wherever both exist; the rest of y stays. Threads share out the longer side.
  func transposeOverlap(of x: MatrixView, with y: MatrixView) {
    let (rows, columns) = (min(x.rows, y.columns), min(x.columns, y.rows))
    let kernel = kernels.transpose
    let minimum = max(1, leastElementsPerThread / max(min(rows, columns), 1))
    split(max(rows, columns), grain: 16, minimum: minimum) { part in
      if rows > columns {
        let source = x.base + part.lowerBound * x.columns
        kernel(y.base + part.lowerBound, y.columns, source, x.columns, part.count, columns)
      } else {
        let destination = y.base + part.lowerBound * y.columns
        kernel(destination, y.columns, x.base + part.lowerBound, x.columns, rows, part.count)
      }
    }
  }

  private func forEachRowRange(of y: MatrixView, _ body: (Range<Int>) -> Void) {
    split(y.rows, minimum: max(1, leastElementsPerThread / max(y.columns, 1)), body)
  }

  private func forEachRange(_ x: MatrixView, _ y: MatrixView, _ body: (Range<Int>) -> Void) {
    requireSameShape(x, y)
    split(x.count, grain: 64, minimum: leastElementsPerThread, body)
  }

  private func requireSameShape(_ x: MatrixView, _ y: MatrixView) {
    precondition(
      x.rows == y.rows && x.columns == y.columns,
      "a \(x.rows) × \(x.columns) matrix and a \(y.rows) × \(y.columns) one must have the same shape")
  }
}
