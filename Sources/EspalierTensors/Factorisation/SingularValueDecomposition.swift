/// The thin singular value decomposition A = U · diag(s) · Vᵀ of an m × n matrix, of rank r = min(m, n) at most.
///
/// U is [m, r] and Vᵀ [r, n], both with orthonormal columns or rows, and s falls from its largest value to its smallest.
/// The OpenBLAS backend computes with LAPACK's divide and conquer (`sgesdd`), the reference one by one-sided Jacobi rotations
/// in double precision (G. H. Golub and C. F. Van Loan, *Matrix Computations*, §8.6); both are within a modest multiple of
/// u · ‖A‖. The signs of pairs of columns are not determined. Costs O(m · n · r) operations, some tens a term.
public struct SingularValueDecomposition: Sendable {
  /// [m, r]
  public let left: Tensor
  /// r values, none negative, the largest first.
  public let values: [Float]
  /// [r, n]
  public let right: Tensor

  /// Decomposes a matrix; throws where a value is not finite or, which LAPACK does not rule out, nothing converged.
  public init(of matrix: Tensor, on compute: Compute = .current) throws(FactorisationError) {
    let (rows, columns) = try matrix.finiteMatrix()
    let rank = min(rows, columns)
    var left = Tensor(zeros: [rows, rank])
    var right = Tensor(zeros: [rank, columns])
    var values = [Float](repeating: 0, count: rank)
    guard rank > 0 else {
      (self.left, self.values, self.right) = (left, values, right)
      return
    }
    var copy = matrix
    let converged = copy.withUnsafeMutableValues { a in
      left.withUnsafeMutableValues { u in
        right.withUnsafeMutableValues { v in
          values.withUnsafeMutableBufferPointer { s in
            let (a, u, v, s) = (a.baseAddress!, u.baseAddress!, v.baseAddress!, s.baseAddress!)
            #if OpenBLAS
              if compute.backend == .openBLAS {
                return OpenBLAS.singularValues(a, rows: rows, columns: columns, left: u, values: s, right: v)
              }
            #endif
            return JacobiRotations(a, rows: rows, columns: columns).decompose(left: u, values: s, right: v)
          }
        }
      }
    }
    guard converged else { throw .didNotConverge }
    (self.left, self.values, self.right) = (left, values, right)
  }

  /// The best approximation of the given rank in the Frobenius norm, as two factors whose product it is: [m, rank] with the
  /// singular values in it, and [rank, n].
  ///
  /// Source: C. Eckart and G. Young, "The approximation of one matrix by another of lower rank" (Psychometrika 1, 1936).
  /// Traps unless `rank` is in 0…r.
  public func truncated(to rank: Int) -> (left: Tensor, right: Tensor) {
    precondition(
      (0...values.count).contains(rank), "rank \(rank) of a matrix with \(values.count) singular values")
    let (rows, columns) = (left.shape[0], right.shape[1])
    let scaled = Tensor(shape: [rows, rank]) { target in
      left.withUnsafeValues { source in
        for row in 0..<rows {
          for column in 0..<rank {
            target.initializeElement(
              at: row * rank + column, to: source[row * values.count + column] * values[column])
          }
        }
      }
    }
    return (
      scaled, Tensor(right.withUnsafeValues { Array($0.prefix(rank * columns)) }, shape: [rank, columns])
    )
  }

  /// The smallest rank whose singular values hold at least the given share of Σ s², in 0…1.
  public func rank(holding energy: Double) -> Int {
    precondition((0...1).contains(energy), "an energy in 0…1 was expected, not \(energy)")
    let total = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    // From the small end, so that with a share of 1 nothing but exact zeros is left out.
    var (rank, dropped) = (values.count, 0.0)
    while rank > 0 {
      dropped += Double(values[rank - 1]) * Double(values[rank - 1])
      guard dropped <= (1 - energy) * total else { break }
      rank -= 1
    }
    return rank
  }
}
