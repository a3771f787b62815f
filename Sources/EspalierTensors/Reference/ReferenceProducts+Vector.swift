extension ReferenceProducts {
  /// Outputs finished together, and terms of their sums read together: both vectors stay in the first-level cache.
  private static let vectorRows = 4096
  private static let vectorTerms = 4096

  /// `y = alpha * A * x + beta * y`, where the target is `y`, `targetStride` apart, and `x` a view of one column.
  ///
  /// Bound by reading `A`, so nothing is packed: where rows of `A` are contiguous each output is a dot product,
  /// where columns are, the outputs are a sum of scaled columns.
  static func multiplyVector(
    _ a: MatrixView, by x: MatrixView, into target: ProductTarget, targetStride: Int, rows: Int, k: Int,
    threads: Int
  ) {
    let parts = ProductGrid.usefulThreads(work: Double(rows) * Double(k), threads: threads)
    parallel(parts: parts) { part in
      let share = ProductGrid.share(part, of: parts, count: rows, unit: 16)
      ProductWorkspace.withWorkspace { workspace in
        for row in stride(from: share.lowerBound, to: share.upperBound, by: vectorRows) {
          let sums = UnsafeMutablePointer(workspace.blockB)
          let count = min(vectorRows, share.upperBound - row)
          sumVector(a.from(row: row, column: 0), x, rows: count, k: k, into: sums, scratch: sums + vectorRows)
          for index in 0..<count {
            target.store(sums[index], at: (row &+ index) &* targetStride)
          }
        }
      }
    }
  }

  /// Up to `vectorRows` elements of `A * x`.
  private static func sumVector(
    _ a: MatrixView, _ x: MatrixView, rows: Int, k: Int, into sums: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    sums.update(repeating: 0, count: rows)
    for term in stride(from: 0, to: k, by: vectorTerms) {
      let count = min(vectorTerms, k - term)
      let values = contiguous(x.from(row: term, column: 0), count: count, scratch: scratch)
      let block = a.from(row: 0, column: term)
      if a.columnStride == 1 {
        addDotProducts(block, values, rows: rows, k: count, into: sums)
      } else {
        addColumns(block, values, rows: rows, k: count, into: sums)
      }
    }
  }

  /// The elements of a column side by side: itself, or a copy in `scratch`.
  private static func contiguous(
    _ x: MatrixView, count: Int, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if x.rowStride == 1 { return x.base }
    for index in 0..<count { scratch[index] = x.base[index &* x.rowStride] }
    return UnsafePointer(scratch)
  }

  /// Adds to each sum the dot product of a contiguous row of `A` with `x`.
  private static func addDotProducts(
    _ a: MatrixView, _ x: UnsafePointer<Float>, rows: Int, k: Int, into sums: UnsafeMutablePointer<Float>
  ) {
    var row = 0
    while row &+ 4 <= rows {
      addFourDotProducts(a.base + row &* a.rowStride, stride: a.rowStride, x, k: k, into: sums + row)
      row &+= 4
    }
    while row < rows {
      sums[row] += dotProduct(a.base + row &* a.rowStride, x, k: k)
      row &+= 1
    }
  }

  /// Four rows at a time read `x` once and keep the adders busy; each row is summed exactly as in `dotProduct`.
  private static func addFourDotProducts(
    _ a: UnsafePointer<Float>, stride: Int, _ x: UnsafePointer<Float>, k: Int,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let (a0, a1, a2, a3) = (a, a + stride, a + 2 &* stride, a + 3 &* stride)
    var (v0, v1, v2, v3) = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
    var index = 0
    while index &+ 8 <= k {
      let vector = loadVector8(x + index)
      addProduct(&v0, loadVector8(a0 + index), vector)
      addProduct(&v1, loadVector8(a1 + index), vector)
      addProduct(&v2, loadVector8(a2 + index), vector)
      addProduct(&v3, loadVector8(a3 + index), vector)
      index &+= 8
    }
    var (s0, s1, s2, s3) = (v0.sum(), v1.sum(), v2.sum(), v3.sum())
    while index < k {
      addProduct(&s0, a0[index], x[index])
      addProduct(&s1, a1[index], x[index])
      addProduct(&s2, a2[index], x[index])
      addProduct(&s3, a3[index], x[index])
      index &+= 1
    }
    sums[0] += s0
    sums[1] += s1
    sums[2] += s2
    sums[3] += s3
  }

  private static func dotProduct(_ a: UnsafePointer<Float>, _ x: UnsafePointer<Float>, k: Int) -> Float {
    var vector = SIMD8<Float>()
    var index = 0
    while index &+ 8 <= k {
      addProduct(&vector, loadVector8(a + index), loadVector8(x + index))
      index &+= 8
    }
    var sum = vector.sum()
    while index < k {
      addProduct(&sum, a[index], x[index])
      index &+= 1
    }
    return sum
  }

  /// Adds to the sums every column of `A`, contiguous, times its element of `x`: four columns a pass, then one.
  private static func addColumns(
    _ a: MatrixView, _ x: UnsafePointer<Float>, rows: Int, k: Int, into sums: UnsafeMutablePointer<Float>
  ) {
    var (column, x, remaining) = (a.base, x, k)
    while remaining >= 4 {
      addFourColumns(column, stride: a.columnStride, x, rows: rows, into: sums)
      column += 4 &* a.columnStride
      x += 4
      remaining &-= 4
    }
    while remaining > 0 {
      addColumn(column, x[0], rows: rows, into: sums)
      column += a.columnStride
      x += 1
      remaining &-= 1
    }
  }

  private static func addFourColumns(
    _ a: UnsafePointer<Float>, stride: Int, _ x: UnsafePointer<Float>, rows: Int,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let (a0, a1, a2, a3) = (a, a + stride, a + 2 &* stride, a + 3 &* stride)
    let (x0, x1, x2, x3) = (x[0], x[1], x[2], x[3])
    var row = 0
    while row &+ 8 <= rows {
      var sum = loadVector8(sums + row)
      addProduct(&sum, loadVector8(a0 + row), SIMD8(repeating: x0))
      addProduct(&sum, loadVector8(a1 + row), SIMD8(repeating: x1))
      addProduct(&sum, loadVector8(a2 + row), SIMD8(repeating: x2))
      addProduct(&sum, loadVector8(a3 + row), SIMD8(repeating: x3))
      storeVector8(sum, sums + row)
      row &+= 8
    }
    while row < rows {
      addProduct(&sums[row], a0[row], x0)
      addProduct(&sums[row], a1[row], x1)
      addProduct(&sums[row], a2[row], x2)
      addProduct(&sums[row], a3[row], x3)
      row &+= 1
    }
  }

  private static func addColumn(
    _ a: UnsafePointer<Float>, _ x: Float, rows: Int, into sums: UnsafeMutablePointer<Float>
  ) {
    var row = 0
    while row &+ 8 <= rows {
      var sum = loadVector8(sums + row)
      addProduct(&sum, loadVector8(a + row), SIMD8(repeating: x))
      storeVector8(sum, sums + row)
      row &+= 8
    }
    while row < rows {
      addProduct(&sums[row], a[row], x)
      row &+= 1
    }
  }
}
