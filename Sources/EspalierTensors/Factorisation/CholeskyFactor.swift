/// The Cholesky factorisation A = L · Lᵀ of a symmetric, positive definite matrix, L lower triangular.
///
/// The OpenBLAS backend computes with LAPACK (`spotrf`, `spotri`, `strtri`), the reference one in Swift, by blocks, with the
/// same error bounds: ‖A − L · Lᵀ‖ is within (n + 1) · u · ‖A‖ or so (N. J. Higham, *Accuracy and Stability of Numerical
/// Algorithms*, §10.1). Costs n³/3 operations, as much for the inverse of L, twice that for the inverse of A.
public struct CholeskyFactor: Sendable {
  /// [n, n]; zeros above the diagonal.
  public let lower: Tensor
  private var size: Int { lower.shape[0] }

  /// Factorises a matrix of which only the lower triangle is read; throws where it is not positive definite or has a value
  /// that is not finite, traps unless it is square.
  public init(of matrix: Tensor, on compute: Compute = .current) throws(FactorisationError) {
    let (rows, columns) = try matrix.finiteMatrix()
    precondition(rows == columns, "a matrix of shape \(matrix.shape) is not square")
    var values = matrix
    let failure = values.withUnsafeMutableValues { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      #if OpenBLAS
        if compute.backend == .openBLAS { return OpenBLAS.cholesky(base, size: rows) }
      #endif
      return ReferenceFactorisation.cholesky(base, size: rows, on: compute)
    }
    guard failure == 0 else { throw .notPositiveDefinite(order: failure, of: rows) }
    values.clearAboveDiagonal()
    lower = values
  }

  /// L⁻¹, lower triangular.
  public func inverseOfLower(on compute: Compute = .current) -> Tensor {
    var values = lower
    let size = size
    values.withUnsafeMutableValues { buffer in
      guard let base = buffer.baseAddress else { return }
      #if OpenBLAS
        if compute.backend == .openBLAS { return OpenBLAS.invertTriangle(base, size: size) }
      #endif
      ReferenceFactorisation.invertTriangle(base, size: size, on: compute)
    }
    return values
  }

  /// A⁻¹ = L⁻ᵀ · L⁻¹, symmetric to the bit.
  public func inverse(on compute: Compute = .current) -> Tensor {
    let size = size
    #if OpenBLAS
      if compute.backend == .openBLAS {
        var values = lower
        values.withUnsafeMutableValues { buffer in
          guard let base = buffer.baseAddress else { return }
          OpenBLAS.invert(cholesky: base, size: size)
        }
        values.mirrorLowerTriangle()
        return values
      }
    #endif
    var triangle = inverseOfLower(on: compute)
    var result = Tensor(zeros: [size, size])
    triangle.withUnsafeMutableValues { triangle in
      result.withUnsafeMutableValues { result in
        guard let a = triangle.baseAddress, let c = result.baseAddress else { return }
        let factor = MatrixView(base: a, rows: size, columns: size)
        compute.multiply(transposed: factor, by: factor, into: MatrixView(base: c, rows: size, columns: size))
      }
    }
    result.mirrorLowerTriangle()
    return result
  }

  /// The solution x of A · x = b, by two triangular solves in double precision; costs 2n² operations.
  ///
  /// Traps unless `right` has n values.
  public func solve(_ right: [Double]) -> [Double] {
    let size = size
    precondition(right.count == size, "\(right.count) values for a system of \(size) equations")
    var x = right
    lower.withUnsafeValues { l in
      for row in 0..<size {
        var sum = x[row]
        for column in 0..<row { sum -= Double(l[row * size + column]) * x[column] }
        x[row] = sum / Double(l[row * size + row])
      }
      for row in (0..<size).reversed() {
        x[row] /= Double(l[row * size + row])
        for column in 0..<row { x[column] -= Double(l[row * size + column]) * x[row] }
      }
    }
    return x
  }
}

extension Tensor {
  /// Makes a square matrix lower triangular.
  fileprivate mutating func clearAboveDiagonal() {
    let size = shape[0]
    withUnsafeMutableValues { values in
      for row in 0..<size { values[row * size + row + 1..<(row + 1) * size].update(repeating: 0) }
    }
  }

  /// Makes a square matrix symmetric, after its lower triangle.
  fileprivate mutating func mirrorLowerTriangle() {
    let size = shape[0]
    withUnsafeMutableValues { values in
      for row in 0..<size {
        for column in 0..<row { values[column * size + row] = values[row * size + column] }
      }
    }
  }
}
