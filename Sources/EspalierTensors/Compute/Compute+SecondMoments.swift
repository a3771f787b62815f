extension Compute {
  /// The lower triangle of C = X · Xᵀ; what stands above the diagonal of C afterwards is not to be used.
  ///
  /// Traps unless C is square with a row for each of X. Costs rows² · columns floating-point operations, half of a full
  /// product: BLAS's `ssyrk` on one thread, products of panels of rows on several threads and without a BLAS.
  package func multiplyByOwnTranspose(_ x: MatrixView, into c: MatrixView) {
    precondition(
      c.rows == x.rows && c.columns == x.rows,
      "the product of a \(x.rows) × \(x.columns) matrix with its transpose does not fill \(c.rows) × \(c.columns)"
    )
    #if OpenBLAS
      if backend == .openBLAS, threads == 1 { return OpenBLAS.ssyrk(x, into: c) }
    #endif
    let panel = 256
    for first in stride(from: 0, to: x.rows, by: panel) {
      let end = min(first + panel, x.rows)
      multiply(
        MatrixProduct(
          transposeB: true, m: end - first, n: end, k: x.columns, a: x.base + first * x.columns,
          aStride: x.columns,
          b: x.base, bStride: x.columns, c: c.base + first * c.columns, cStride: c.columns))
    }
  }
}
