extension Compute {
  /// Both gradients of Y = W · X for a packed W: `sampledProduct` into `gradients` and, if `dx` is given,
  /// `multiply(transposed:)` into it; in one pass over the positions for up to four samples.
  ///
  /// - Parameters:
  ///   - w: Which weights survive, outputs × inputs.
  ///   - values: A stream of `w.slots` values with zeros in its padding.
  ///   - dy: Outputs × batch.
  ///   - x: Inputs × batch.
  ///   - gradients: A stream of `w.slots` floats, overwritten; its padding with exactly 0.
  ///   - dx: Inputs × batch, overwritten; nil where nobody needs it.
  ///   - scratch: `w.scratchCount(batch:threads:inputGradient:)` floats.
  ///
  /// Traps when the shapes disagree. The bits do not depend on the number of threads.
  public func gradients(
    of w: SparsePattern, values: UnsafePointer<Float>, dy: MatrixView, x: MatrixView,
    into gradients: UnsafeMutablePointer<Float>, inputGradient dx: MatrixView?,
    scratch: UnsafeMutablePointer<Float>
  ) {
    guard let dx, Self.isNarrow(x.columns) else {
      sampledProduct(dy, x, w, into: gradients, scratch: scratch)
      guard let dx else { return }
      return multiply(transposed: w, values: values, by: dy, into: dx, scratch: scratch)
    }
    requireShapes(w, inputs: x, outputs: dy)
    requireShapes(w, inputs: dx, outputs: dy)
    bothGradientsNarrow(dy, x, w.layout, values: values, into: gradients, dx)
  }
}
