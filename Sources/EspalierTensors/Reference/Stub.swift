package enum ReferenceProducts {
  package static func sgemm(transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Float,
    a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int,
    beta: Float, c: UnsafeMutablePointer<Float>, cStride: Int, threads: Int) {
    for i in 0..<m { for j in 0..<n { var s: Float = 0
      for p in 0..<k { s += (transposeA ? a[p*aStride+i] : a[i*aStride+p]) * (transposeB ? b[j*bStride+p] : b[p*bStride+j]) }
      c[i*cStride+j] = alpha*s + (beta == 0 ? 0 : beta*c[i*cStride+j]) } }
  }
}
