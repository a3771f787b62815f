// The inner loops of products with vectors. A row is summed in the same order alone as among four, and an element
// with the same operations in a vector as at the ragged end, so that results do not depend on how rows are shared out.

/// Adds to `sums` the dot products of `x` with four rows: they read `x` once and keep the adders busy.
func addFourDotProducts(
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

/// The dot product of one row with `x`.
func dotProduct(_ a: UnsafePointer<Float>, _ x: UnsafePointer<Float>, k: Int) -> Float {
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

/// Adds to `sums` four columns, each times its element of `x`.
func addFourColumns(
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
    var sum = sums[row]
    addProduct(&sum, a0[row], x0)
    addProduct(&sum, a1[row], x1)
    addProduct(&sum, a2[row], x2)
    addProduct(&sum, a3[row], x3)
    sums[row] = sum
    row &+= 1
  }
}

/// Adds to `sums` one column times `x`.
func addColumn(_ a: UnsafePointer<Float>, _ x: Float, rows: Int, into sums: UnsafeMutablePointer<Float>) {
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
