/// Samples one after another, as callers hold them, to and from activations, a column a sample.
extension Compute {
  /// The rows of `samples` become the first columns of `activations`; the others become 0.
  ///
  /// Traps unless every row fills a column and there are columns enough.
  package func load(samples: MatrixView, into activations: MatrixView) {
    precondition(
      samples.columns == activations.rows && samples.rows <= activations.columns,
      "\(samples.rows) samples of \(samples.columns) features do not fill columns of a \(activations.rows) × "
        + "\(activations.columns) matrix")
    if samples.rows == activations.columns { return transpose(samples, into: activations) }
    transposeOverlap(of: samples, with: activations)
    for row in 0..<activations.rows {
      let end = activations.base + (row + 1) * activations.columns
      let unused = activations.columns - samples.rows
      (end - unused).update(repeating: 0, count: unused)
    }
  }

  /// The first columns of `activations` become the rows of `samples`.
  ///
  /// Traps unless every row takes a column and there are columns enough.
  package func store(_ activations: MatrixView, intoSamples samples: MatrixView) {
    precondition(
      samples.columns == activations.rows && samples.rows <= activations.columns,
      "a \(activations.rows) × \(activations.columns) matrix does not hold \(samples.rows) samples of "
        + "\(samples.columns) features")
    if samples.rows == activations.columns { return transpose(activations, into: samples) }
    transposeOverlap(of: activations, with: samples)
  }
}
