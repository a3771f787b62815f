internal import CEspalierKernels

/// Work below this many elements stays on one thread: handing over costs more than it saves.
private let leastElementsPerThread = 1 << 16

extension Compute {
  /// How many of the equal parts of x, such as channels, are worth a thread.
  func leastChannels(of x: MatrixView, _ channels: Int) -> Int {
    max(1, leastElementsPerThread / max(x.count / max(channels, 1), 1))
  }
}

extension Compute {
  /// y[r, c] = f(y[r, c] + bias[r]) in place and in one pass; without an activation f is the identity.
  public func addBias(_ bias: UnsafePointer<Float>?, activation: Activation?, to y: MatrixView) {
    guard bias != nil || activation != nil else { return }
    let function = KernelActivation(activation)
    forEachRowRange(of: y, (kernels.bias_activation, y, bias, function)) { task, rows in
      let (kernel, y, bias, function) = task
      kernel(
        y.base + rows.lowerBound * y.columns, rows.count, y.columns, y.columns,
        bias.map { $0 + rows.lowerBound }, function.name, function.parameter)
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
    let function = KernelActivation(activation)
    forEachRowRange(of: dy, (kernels.activation_bias_gradient, dy, y, function, biasGradient)) { task, rows in
      let (kernel, dy, y, function, biasGradient) = task
      let offset = rows.lowerBound * dy.columns
      kernel(
        dy.base + offset, y.base + offset, rows.count, dy.columns, dy.columns, function.name,
        function.parameter, biasGradient.map { $0 + rows.lowerBound })
    }
  }

  /// y[i] = f(x[i]); y may be x.
  public func apply(_ activation: Activation, to x: MatrixView, into y: MatrixView) {
    forEachRange(x, y, (kernels.activation, x, y, KernelActivation(activation))) { task, part in
      let (kernel, x, y, function) = task
      let first = part.lowerBound
      kernel(y.base + first, x.base + first, part.count, function.name, function.parameter)
    }
  }

  /// dx[i] = dy[i] · f'(…), where `reference` is the output, or for GELU the input; dx may be dy.
  public func gradient(
    of activation: Activation, outputGradient dy: MatrixView, reference: MatrixView, into dx: MatrixView
  ) {
    let function = KernelActivation(activation)
    forEachRange(dy, dx, (kernels.activation_gradient, dx, dy, reference, function)) { task, part in
      let (kernel, dx, dy, reference, function) = task
      let first = part.lowerBound
      kernel(
        dx.base + first, dy.base + first, reference.base + first, part.count, function.name,
        function.parameter)
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
    forEachRange(x, y, (kernels.dropout, x, y, key, probability)) { task, part in
      let (kernel, x, y, key, probability) = task
      let first = part.lowerBound
      kernel(y.base + first, x.base + first, part.count, key, UInt64(first), probability)
    }
  }

  /// y = a + b, element by element; y may be one of them.
  public func add(_ a: MatrixView, _ b: MatrixView, into y: MatrixView) {
    requireSameShape(a, b)
    forEachRange(a, y, (kernels.sum, a, b, y)) { task, part in
      let (kernel, a, b, y) = task
      let first = part.lowerBound
      kernel(y.base + first, a.base + first, b.base + first, part.count)
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
    let minimum = max(1, leastElementsPerThread / max(min(rows, columns), 1))
    let operands = (kernels.transpose, x, y, rows, columns)
    split(max(rows, columns), grain: 16, minimum: minimum, operands) { task, part in
      let (kernel, x, y, rows, columns) = task
      if rows > columns {
        let source = x.base + part.lowerBound * x.columns
        kernel(y.base + part.lowerBound, y.columns, source, x.columns, part.count, columns)
      } else {
        let destination = y.base + part.lowerBound * y.columns
        kernel(destination, y.columns, x.base + part.lowerBound, x.columns, rows, part.count)
      }
    }
  }

  private func forEachRowRange<Operands>(
    of y: MatrixView, _ operands: Operands, _ body: @escaping @Sendable (Operands, Range<Int>) -> Void
  ) {
    split(y.rows, minimum: max(1, leastElementsPerThread / max(y.columns, 1)), operands, body)
  }

  private func forEachRange<Operands>(
    _ x: MatrixView, _ y: MatrixView, _ operands: Operands,
    _ body: @escaping @Sendable (Operands, Range<Int>) -> Void
  ) {
    requireSameShape(x, y)
    split(x.count, grain: 64, minimum: leastElementsPerThread, operands, body)
  }

  private func requireSameShape(_ x: MatrixView, _ y: MatrixView) {
    precondition(
      x.rows == y.rows && x.columns == y.columns,
      "a \(x.rows) × \(x.columns) matrix and a \(y.rows) × \(y.columns) one must have the same shape")
  }
}
