import Espalier

#if OpenBLAS
  import COpenBLAS
#endif

/// Operands of one matrix product C = op(A) · op(B), with random values, for whoever computes it.
///
/// op(A) is m × k, op(B) is k × n; everything is row-major and contiguous.
final class ProductBuffers {
  /// Which operand is stored transposed.
  enum Variant: String, CaseIterable {
    case plain = "NN"
    case transposedA = "TN"
    case transposedB = "NT"
  }

  private let (m, n, k): (Int, Int, Int)
  private let variant: Variant
  private let a, b, c: MatrixView
  private let memory: [Tensor]

  init(_ m: Int, _ n: Int, _ k: Int, _ variant: Variant, using generator: inout Xoshiro256) {
    (self.m, self.n, self.k, self.variant) = (m, n, k, variant)
    let shapes = [
      variant == .transposedA ? [k, m] : [m, k], variant == .transposedB ? [n, k] : [k, n], [m, n],
    ]
    var tensors = shapes.map { Tensor(uniform: -1..<1, shape: $0, using: &generator) }
    let views = tensors.indices.map { index in
      tensors[index].withUnsafeMutableValues {
        MatrixView(base: $0.baseAddress!, rows: shapes[index][0], columns: shapes[index][1])
      }
    }
    (a, b, c) = (views[0], views[1], views[2])
    memory = tensors
  }

  /// The product as the engine computes it.
  func multiply(on compute: Compute) {
    switch variant {
    case .plain: compute.multiply(a, by: b, into: c)
    case .transposedA: compute.multiply(transposed: a, by: b, into: c)
    case .transposedB: compute.multiply(a, byTransposed: b, into: c)
    }
  }

  /// The product as nothing but a call of `cblas_sgemm`, threaded by OpenBLAS itself; without OpenBLAS, or when the
  /// reference is asked for, as the engine's.
  func multiplyBare(on compute: Compute) {
    #if OpenBLAS
      guard compute.backend == .openBLAS else { return multiply(on: compute) }
      if compute.threads > 1 { openblas_set_num_threads(Int32(compute.threads)) }
      cblas_sgemm(
        CblasRowMajor, variant == .transposedA ? CblasTrans : CblasNoTrans,
        variant == .transposedB ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(k), 1, a.base,
        blasint(a.columns), b.base, blasint(b.columns), 0, c.base, blasint(c.columns))
      if compute.threads > 1 { openblas_set_num_threads(1) }
    #else
      multiply(on: compute)
    #endif
  }

  /// What computes a bare product on this backend.
  static func bareName(_ compute: Compute) -> String {
    compute.backend == .openBLAS ? "bare cblas_sgemm" : "bare products"
  }
}
