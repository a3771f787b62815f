/// Dense products in Swift alone: the backend for machines without a BLAS, and the oracle for those with one.
///
/// The result of a product depends on its shape and operands only, never on the number of threads: threads
/// share out the elements of `C`, and every element is summed in one order whatever block it falls into.
package enum ReferenceProducts {
  /// Computes `C = alpha * op(A) * op(B) + beta * C` for row-major matrices, as `cblas_sgemm` does.
  ///
  /// `op(X)` is `X`, or its transpose where the flag says so; `op(A)` is m × k, `op(B)` k × n and `C` m × n.
  /// The strides count elements from one stored row to the next; what lies between the rows is not touched.
  /// - With `beta` zero `C` is not read, and may hold anything.
  /// - With `k` or `alpha` zero `A` and `B` are not read: `C = beta * C`.
  /// - With `m` or `n` zero nothing happens.
  /// - Otherwise NaN and infinities propagate: `0 · NaN` is NaN.
  ///
  /// Error: an element is off by at most γ(k + 3) · (|alpha| · |op(A)| · |op(B)| + |beta| · |C|), where
  /// γ(i) = i·u / (1 − i·u) and u = 2⁻²⁴, unless something overflows or underflows (Higham, *Accuracy and
  /// Stability of Numerical Algorithms*, §3.1).
  ///
  /// Traps if a size is negative, a stride shorter than its row, or `threads` less than one. `C` must not
  /// overlap `A` or `B`.
  ///
  /// Cost: 2·m·n·k operations by at most `threads` threads, fewer where the work is too little to share.
  /// With one thread it allocates only when more products run at once than ever before.
  package static func sgemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Float,
    a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int,
    beta: Float, c: UnsafeMutablePointer<Float>, cStride: Int, threads: Int,
    algorithm: Algorithm = .automatic
  ) {
    precondition(m >= 0 && n >= 0 && k >= 0, "sgemm: negative size in m = \(m), n = \(n), k = \(k)")
    precondition(threads >= 1, "sgemm: threads = \(threads), expected at least 1")
    guard m > 0, n > 0 else { return }
    precondition(cStride >= n, "sgemm: cStride = \(cStride) is less than n = \(n)")
    let target = ProductTarget(base: c, rowStride: cStride, columnStride: 1, alpha: alpha, beta: beta)
    guard k > 0, alpha != 0 else { return scale(target, rows: m, columns: n) }
    let aWidth = transposeA ? m : k
    let bWidth = transposeB ? k : n
    precondition(aStride >= aWidth, "sgemm: aStride = \(aStride) is less than the width \(aWidth) of A")
    precondition(bStride >= bWidth, "sgemm: bStride = \(bStride) is less than the width \(bWidth) of B")
    multiply(
      StridedMatrix(a, stride: aStride, transposed: transposeA),
      StridedMatrix(b, stride: bStride, transposed: transposeB),
      into: target, shape: ProductShape(m: m, n: n, k: k), threads: threads,
      algorithm: algorithm)
  }

  /// How a product is computed.
  package enum Algorithm: Sendable {
    /// The quickest for the shape and the build.
    case automatic
    /// The loops of the definition, whatever the shape, in one thread.
    case plain
    /// Vectors and tiles, whatever the shape: for tests of builds whose `automatic` is `plain`.
    case vectorized
  }

  /// Chooses by the shape of the whole product, so that the number of threads has no say in the result.
  private static func multiply(
    _ a: StridedMatrix, _ b: StridedMatrix, into target: ProductTarget, shape: ProductShape, threads: Int,
    algorithm: Algorithm
  ) {
    if algorithm == .plain || (algorithm == .automatic && prefersPlain(shape)) {
      multiplyPlainly(a, b, into: target, shape: shape)
    } else if shape.n <= maximumVectors.columns {
      multiplyVectors(a, b, into: target, shape: shape, threads: threads)
    } else if shape.m <= maximumVectors.rows {
      multiplyVectors(
        b.transposed, a.transposed, into: target.transposed, shape: shape.transposed, threads: threads)
    } else {
      multiplyBlocked(a, b, into: target, shape: shape, threads: threads)
    }
  }

  /// Whether the plain loops are the quickest way, because preparing another would cost more than it saves.
  private static func prefersPlain(_ shape: ProductShape) -> Bool {
    #if DEBUG
      // Unoptimised, an operation on a vector is a generic call, some ten times dearer than all it replaces.
      true
    #else
      shape.work <= 128
    #endif
  }

  /// `C = beta * C`, which for a `beta` of zero clears `C` whatever it holds.
  private static func scale(_ target: ProductTarget, rows: Int, columns: Int) {
    guard target.beta != 1 else { return }
    for row in 0..<rows {
      let line = target.base + row * target.rowStride
      if target.beta == 0 {
        line.update(repeating: 0, count: columns)
      } else {
        for column in 0..<columns { line[column] *= target.beta }
      }
    }
  }

  /// The three loops of the definition.
  private static func multiplyPlainly(
    _ a: StridedMatrix, _ b: StridedMatrix, into target: ProductTarget, shape: ProductShape
  ) {
    var row = 0
    while row < shape.m {
      var column = 0
      while column < shape.n {
        var left = a.base + row &* a.rowStride
        var right = b.base + column &* b.columnStride
        var sum: Float = 0
        var remaining = shape.k
        while remaining > 0 {
          sum += left.pointee * right.pointee
          left += a.columnStride
          right += b.rowStride
          remaining &-= 1
        }
        target.store(sum, at: row &* target.rowStride &+ column)
        column &+= 1
      }
      row &+= 1
    }
  }
}
