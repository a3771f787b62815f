/// Triangular factorisations in Swift alone, by blocks of columns whose products the backend computes.
///
/// All matrices are row-major; only lower triangles are read or written.
enum ReferenceFactorisation {
  private static let blockSize = 64

  /// A becomes L with A = L · Lᵀ; returns 0, or the order of the first leading part that is not positive definite.
  static func cholesky(_ a: UnsafeMutablePointer<Float>, size: Int, on compute: Compute) -> Int {
    for first in stride(from: 0, to: size, by: blockSize) {
      let end = min(first + blockSize, size)
      let corner = a + first * size + first
      let failure = choleskyBlock(corner, size: end - first, stride: size)
      guard failure == 0 else { return first + failure }
      guard end < size else { break }
      let below = a + end * size + first
      solve(below, rows: size - end, with: corner, size: end - first, stride: size)
      compute.multiply(
        MatrixProduct(
          transposeB: true, m: size - end, n: size - end, k: end - first, alpha: -1, a: below, aStride: size,
          b: below,
          bStride: size, beta: 1, c: a + end * size + end, cStride: size))
    }
    return 0
  }

  /// One block, its sums in double precision.
  private static func choleskyBlock(_ a: UnsafeMutablePointer<Float>, size: Int, stride: Int) -> Int {
    for column in 0..<size {
      let pivot = Double(a[column * stride + column]) - dot(a + column * stride, a + column * stride, column)
      guard pivot > 0 else { return column + 1 }
      let root = pivot.squareRoot()
      a[column * stride + column] = Float(root)
      for row in column + 1..<size {
        let sum = Double(a[row * stride + column]) - dot(a + row * stride, a + column * stride, column)
        a[row * stride + column] = Float(sum / root)
      }
    }
    return 0
  }

  /// B becomes B · L⁻ᵀ, a row at a time.
  private static func solve(
    _ b: UnsafeMutablePointer<Float>, rows: Int, with l: UnsafePointer<Float>, size: Int, stride: Int
  ) {
    for row in 0..<rows {
      let x = b + row * stride
      for column in 0..<size {
        let sum = Double(x[column]) - dot(x, l + column * stride, column)
        x[column] = Float(sum / Double(l[column * stride + column]))
      }
    }
  }

  private static func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int) -> Double {
    var sum = 0.0
    for index in 0..<count { sum += Double(x[index]) * Double(y[index]) }
    return sum
  }

  /// L becomes L⁻¹: below each inverted block on the diagonal, X = −L₂₂⁻¹ · L₂₁ · L₁₁⁻¹, from the last block to the first.
  static func invertTriangle(_ l: UnsafeMutablePointer<Float>, size: Int, on compute: Compute) {
    let firsts = Array(stride(from: 0, to: size, by: blockSize))
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(size * blockSize, 1)) { memory in
      let copy = memory.baseAddress!
      for first in firsts.reversed() {
        let end = min(first + blockSize, size)
        let width = end - first
        let corner = l + first * size + first
        invertBlock(corner, size: width, stride: size)
        guard end < size else { continue }
        let below = l + end * size + first
        compute.multiply(
          MatrixProduct(
            m: size - end, n: width, k: width, alpha: -1, a: below, aStride: size, b: corner, bStride: size,
            c: copy,
            cStride: width))
        compute.multiply(
          MatrixProduct(
            m: size - end, n: width, k: size - end, a: l + end * size + end, aStride: size, b: copy,
            bStride: width,
            c: below, cStride: size))
      }
    }
  }

  /// One block on the diagonal, zeros above it, its sums in double precision.
  private static func invertBlock(_ l: UnsafeMutablePointer<Float>, size: Int, stride: Int) {
    for column in 0..<size {
      l[column * stride + column] = 1 / l[column * stride + column]
      for row in column + 1..<size {
        var sum = 0.0
        for inner in column..<row {
          sum += Double(l[row * stride + inner]) * Double(l[inner * stride + column])
        }
        l[row * stride + column] = Float(-sum / Double(l[row * stride + row]))
      }
    }
  }
}
