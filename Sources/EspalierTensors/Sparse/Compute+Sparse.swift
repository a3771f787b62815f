internal import CEspalierKernels

extension SparsePattern {
  /// How many floats of scratch memory the products with this pattern need for a batch on up to `threads` threads.
  /// The product with the transpose, for the input gradient, also needs room for values in its order. Narrow batches, of up
  /// to four samples, need none.
  public func scratchCount(batch: Int, threads: Int, inputGradient: Bool) -> Int {
    guard !Compute.isNarrow(batch) else { return 0 }
    let own = BatchTiles.runCount(batch: batch, columns: layout.blocking.blockColumns)
    guard inputGradient else { return threads * own }
    let other = BatchTiles.runCount(batch: batch, columns: transposed.layout.blocking.blockColumns)
    return threads * max(own, other + transposed.layout.largestStrip)
  }
}

extension Compute {
  /// Y = f(W · X + bias) for a packed W: 2 · survivors · batch floating-point operations.
  ///
  /// - Parameters:
  ///   - w: Which weights survive, outputs × inputs.
  ///   - values: A stream of `w.slots` values with zeros in its padding.
  ///   - x: Inputs × batch.
  ///   - bias: One value an output; none if `nil`.
  ///   - activation: f; the identity if `nil`.
  ///   - y: Outputs × batch, overwritten.
  ///   - scratch: `w.scratchCount(batch:threads:inputGradient:)` floats; aligned to 64 bytes, as those of a `Tensor`
  ///     are, or vectors lie across cache lines and the product takes up to twice as long.
  ///
  /// Traps when the shapes disagree. The bits do not depend on the number of threads.
  public func multiply(
    _ w: SparsePattern, values: UnsafePointer<Float>, by x: MatrixView, bias: UnsafePointer<Float>?,
    activation: Activation?, into y: MatrixView, scratch: UnsafeMutablePointer<Float>
  ) {
    requireShapes(w, inputs: x, outputs: y)
    guard !Self.isNarrow(x.columns) else {
      return multiplyNarrow(w.layout, values: values, by: x, bias: bias, activation: activation, into: y)
    }
    let product = SparseProduct(
      compute: self, layout: w.layout, values: .stream(values), x: x, y: y, bias: bias,
      activation: activation)
    product.run(scratch: scratch)
  }

  /// dX = Wᵀ · dY for a packed W: 2 · survivors · batch floating-point operations, and one pass over the values to put
  /// them in order. The first call with a pattern and more than four samples makes its transposed layout.
  ///
  /// - Parameters:
  ///   - w: Which weights survive, outputs × inputs.
  ///   - values: A stream of `w.slots` values.
  ///   - dy: Outputs × batch.
  ///   - dx: Inputs × batch, overwritten.
  ///   - scratch: `w.scratchCount(batch:threads:inputGradient:)` floats.
  ///
  /// Traps when the shapes disagree. The bits do not depend on the number of threads.
  public func multiply(
    transposed w: SparsePattern, values: UnsafePointer<Float>, by dy: MatrixView, into dx: MatrixView,
    scratch: UnsafeMutablePointer<Float>
  ) {
    requireShapes(w, inputs: dx, outputs: dy)
    guard !Self.isNarrow(dy.columns) else {
      return gradientsNarrow(dy, nil, w.layout, values: values, into: nil, dx)
    }
    let transposed = w.transposed
    transposed.positions.withUnsafeBufferPointer { positions in
      let product = SparseProduct(
        compute: self, layout: transposed.layout,
        values: .permuted(values, positions: positions.baseAddress), x: dy, y: dx)
      product.run(scratch: scratch)
    }
  }

  /// The gradient of the surviving weights, gradient[slot of (i, j)] = Σ over the batch of dY[i, ·] · X[j, ·]: the product
  /// of dY and Xᵀ only where W has survivors, with 2 · survivors · batch floating-point operations.
  ///
  /// - Parameters:
  ///   - dy: Outputs × batch.
  ///   - x: Inputs × batch.
  ///   - pattern: Which weights survive, outputs × inputs.
  ///   - gradients: A stream of `pattern.slots` floats, overwritten; its padding with exactly 0.
  ///   - scratch: `pattern.scratchCount(batch:threads:inputGradient:)` floats.
  ///
  /// Traps when the shapes disagree. The bits do not depend on the number of threads.
  public func sampledProduct(
    _ dy: MatrixView, _ x: MatrixView, _ pattern: SparsePattern, into gradients: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    requireShapes(pattern, inputs: x, outputs: dy)
    guard !Self.isNarrow(x.columns) else {
      return sampledProductNarrow(dy, x, pattern.layout, into: gradients)
    }
    let product = SparseGradient(compute: self, layout: pattern.layout, x: x, dy: dy, gradients: gradients)
    product.run(scratch: scratch)
  }

  func requireShapes(_ w: SparsePattern, inputs x: MatrixView, outputs y: MatrixView) {
    precondition(
      x.rows == w.columns && y.rows == w.rows && x.columns == y.columns,
      "a packed \(w.rows) × \(w.columns) matrix does not go with inputs of \(x.rows) × \(x.columns) "
        + "and outputs of \(y.rows) × \(y.columns)")
  }
}
