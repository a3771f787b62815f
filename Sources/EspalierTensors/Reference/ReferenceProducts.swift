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
  /// Error: an element is off by at most γ(k + 3) · (|alpha| · |op(A)| · |op(B)| + |beta| · |C|), where γ(i) = i·u / (1 − i·u)
  /// and u = 2⁻²⁴, unless something overflows or underflows (Higham, *Accuracy and Stability of Numerical
  /// Algorithms*, §3.1).
  ///
  /// Traps if a size is negative, a stride shorter than its row, or `threads` less than one. `C` must not overlap
  /// `A` or `B`.
  ///
  /// Cost: 2·m·n·k operations by at most `threads` threads, fewer where the work is too little to share.
  /// Allocates only when more products run at once than ever before.
  package static func sgemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Float,
    a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int,
    beta: Float, c: UnsafeMutablePointer<Float>, cStride: Int, threads: Int
  ) {
    precondition(m >= 0 && n >= 0 && k >= 0, "sgemm: negative size in m = \(m), n = \(n), k = \(k)")
    precondition(threads >= 1, "sgemm: threads = \(threads), expected at least 1")
    guard m > 0, n > 0 else { return }
    precondition(cStride >= n, "sgemm: cStride = \(cStride) is less than n = \(n)")
    let target = ProductTarget(base: c, stride: cStride, alpha: alpha, beta: beta)
    guard k > 0, alpha != 0 else { return scale(target, rows: m, columns: n) }
    let aWidth = transposeA ? m : k
    let bWidth = transposeB ? k : n
    precondition(aStride >= aWidth, "sgemm: aStride = \(aStride) is less than the width \(aWidth) of A")
    precondition(bStride >= bWidth, "sgemm: bStride = \(bStride) is less than the width \(bWidth) of B")
    multiply(
      MatrixView(a, stride: aStride, transposed: transposeA),
      MatrixView(b, stride: bStride, transposed: transposeB),
      into: target, shape: ProductShape(m: m, n: n, k: k), threads: threads)
  }

  /// Chooses the algorithm, by the shape of the whole product so that the number of threads has no say in it.
  private static func multiply(
    _ a: MatrixView, _ b: MatrixView, into target: ProductTarget, shape: ProductShape, threads: Int
  ) {
    if shape.isTiny {
      multiplyTiny(a, b, into: target, shape: shape)
    } else if shape.n == 1 {
      multiplyVector(
        a, by: b, into: target, targetStride: target.stride, rows: shape.m, k: shape.k, threads: threads)
    } else if shape.m == 1 {
      multiplyVector(
        b.transposed, by: a.transposed, into: target, targetStride: 1, rows: shape.n, k: shape.k,
        threads: threads)
    } else {
      multiplyBlocked(a, b, into: target, shape: shape, threads: threads)
    }
  }

  /// `C = beta * C`, which for a `beta` of zero clears `C` whatever it holds.
  private static func scale(_ target: ProductTarget, rows: Int, columns: Int) {
    guard target.beta != 1 else { return }
    for row in 0..<rows {
      let line = target.base + row * target.stride
      if target.beta == 0 {
        line.update(repeating: 0, count: columns)
      } else {
        for column in 0..<columns { line[column] *= target.beta }
      }
    }
  }

  /// The three loops of the definition, for products smaller than the preparations of the other algorithms.
  static func multiplyTiny(_ a: MatrixView, _ b: MatrixView, into target: ProductTarget, shape: ProductShape)
  {
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
        target.store(sum, at: row &* target.stride &+ column)
        column &+= 1
      }
      row &+= 1
    }
  }
}

/// The sizes of a product: m × k times k × n.
struct ProductShape {
  var m: Int
  var n: Int
  var k: Int

  /// Whether the three plain loops are the quickest way, because packing would cost more than it saves.
  var isTiny: Bool { m <= 64 && n <= 64 && k <= 64 && m * n * k <= 512 }

  /// Multiplications in the product, as a `Double` because sizes come from outside and might overflow an integer.
  var work: Double { Double(m) * Double(n) * Double(k) }
}
