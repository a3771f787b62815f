internal import CEspalierKernels

extension SparsePattern {
  /// How many floats of scratch memory the products with this pattern need at most, for a batch on up to `threads` threads.
  /// The product with the transpose, for the input gradient, also needs room for values in its order.
  public func scratchCount(batch: Int, threads: Int, inputGradient: Bool) -> Int {
    let tiles = [16, 32, 64].map { BatchTiles(batch: batch, samples: $0) }
    let features = inputGradient ? max(rows, columns) : columns
    let packed = tiles.reduce(0) { max($0, $1.packedCount(features: features)) }
    return packed + (inputGradient ? threads * transposed.layout.largestBlock : 0)
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
  ///   - scratch: `w.scratchCount(batch:threads:inputGradient:)` floats.
  ///
  /// Traps when the shapes disagree. The bits do not depend on the number of threads.
  public func multiply(
    _ w: SparsePattern, values: UnsafePointer<Float>, by x: MatrixView, bias: UnsafePointer<Float>?,
    activation: Activation?, into y: MatrixView, scratch: UnsafeMutablePointer<Float>
  ) {
    requireShapes(w, inputs: x, outputs: y)
    let product = SparseProduct(
      compute: self, layout: w.layout, x: x, y: y, bias: bias, activation: activation, scratch: scratch)
    product.run { block, _ in values + w.layout.slotStarts[block] }
  }

  /// dX = Wᵀ · dY for a packed W: 2 · survivors · batch floating-point operations, and one pass over the values to put
  /// them in order. The first call with a pattern makes its transposed layout.
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
    let transposed = w.transposed
    let product = SparseProduct(
      compute: self, layout: transposed.layout, x: dy, y: dx, bias: nil, activation: nil, scratch: scratch)
    let gather = kernels.sparse_gather_values
    transposed.positions.withUnsafeBufferPointer { positions in
      product.run { block, buffer in
        let first = transposed.layout.slotStarts[block]
        guard transposed.layout.slotStarts[block + 1] > first, let base = positions.baseAddress else {
          return UnsafePointer(buffer)
        }
        transposed.layout.withBlock(block) { gather($0, buffer, values, base + first) }
        return UnsafePointer(buffer)
      }
    }
  }

  private func requireShapes(_ w: SparsePattern, inputs x: MatrixView, outputs y: MatrixView) {
    precondition(
      x.rows == w.columns && y.rows == w.rows && x.columns == y.columns,
      "a packed \(w.rows) × \(w.columns) matrix does not take a \(x.rows) × \(x.columns) one "
        + "to a \(y.rows) × \(y.columns) one")
  }
}
