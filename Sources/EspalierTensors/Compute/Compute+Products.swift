extension Compute {
  /// C = A · B.
  ///
  /// Traps when the shapes disagree. Costs 2·m·n·k floating-point operations; split over threads by rows of C (by columns
  /// where those are more), never along k, so the bits do not depend on the number of threads for the reference backend.
  public func multiply(_ a: MatrixView, by b: MatrixView, into c: MatrixView) {
    multiply(a, transposeA: false, b, transposeB: false, into: c)
  }

  /// C = Aᵀ · B, otherwise as `multiply(_:by:into:)`.
  public func multiply(transposed a: MatrixView, by b: MatrixView, into c: MatrixView) {
    multiply(a, transposeA: true, b, transposeB: false, into: c)
  }

  /// C = A · Bᵀ, otherwise as `multiply(_:by:into:)`.
  public func multiply(_ a: MatrixView, byTransposed b: MatrixView, into c: MatrixView) {
    multiply(a, transposeA: false, b, transposeB: true, into: c)
  }

  private func multiply(
    _ a: MatrixView, transposeA: Bool, _ b: MatrixView, transposeB: Bool, into c: MatrixView
  ) {
    let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
    let (inner, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
    precondition(
      k == inner && c.rows == m && c.columns == n,
      "a \(m) × \(k) matrix times a \(inner) × \(n) one does not fill a \(c.rows) × \(c.columns) one")
    multiply(
      MatrixProduct(
        transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, a: a.base, aStride: a.columns,
        b: b.base,
        bStride: b.columns, c: c.base, cStride: c.columns))
  }

  /// Below this many floating-point operations a thread's share is not worth handing over.
  private static let leastOperationsPerThread = 2_000_000

  /// The product, split over threads as above.
  package func multiply(_ product: MatrixProduct) {
    guard product.m > 0, product.n > 0 else { return }
    let perRow = 2 * product.n * max(product.k, 1)
    let perColumn = 2 * product.m * max(product.k, 1)
    if product.m >= product.n {
      split(product.m, grain: 16, minimum: Self.leastOperationsPerThread / perRow, (self, product)) {
        $0.0.multiplyOnOneThread($0.1.rows($1))
      }
    } else {
      split(product.n, grain: 16, minimum: Self.leastOperationsPerThread / perColumn, (self, product)) {
        $0.0.multiplyOnOneThread($0.1.columns($1))
      }
    }
  }

  private func multiplyOnOneThread(_ product: MatrixProduct) {
    #if OpenBLAS
      if backend == .openBLAS { return OpenBLAS.sgemm(product) }
    #endif
    ReferenceProducts.sgemm(
      transposeA: product.transposeA, transposeB: product.transposeB, m: product.m, n: product.n,
      k: product.k,
      alpha: product.alpha, a: product.a, aStride: product.aStride, b: product.b, bStride: product.bStride,
      beta: product.beta, c: product.c, cStride: product.cStride, threads: 1)
  }
}
