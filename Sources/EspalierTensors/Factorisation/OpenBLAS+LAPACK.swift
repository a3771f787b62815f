#if OpenBLAS
  internal import COpenBLAS

  // LAPACK stores matrices by columns. A row-major lower triangle is there an upper one, so nothing is copied or turned.
  extension OpenBLAS {
    private static let rowMajorLower = CChar(UInt8(ascii: "U"))

    /// A becomes L with A = L · Lᵀ; returns 0, or the order of the first leading part that is not positive definite.
    static func cholesky(_ a: UnsafeMutablePointer<Float>, size: Int) -> Int {
      makeReady()
      return Int(LAPACKE_spotrf_work(LAPACK_COL_MAJOR, rowMajorLower, Int32(size), a, Int32(max(size, 1))))
    }

    /// L becomes L⁻¹.
    static func invertTriangle(_ l: UnsafeMutablePointer<Float>, size: Int) {
      makeReady()
      let failure = LAPACKE_strtri_work(
        LAPACK_COL_MAJOR, rowMajorLower, CChar(UInt8(ascii: "N")), Int32(size), l, Int32(max(size, 1)))
      precondition(
        failure == 0, "the triangle of a Cholesky factorisation has a 0 on its diagonal (\(failure))")
    }

    /// L becomes the lower triangle of (L · Lᵀ)⁻¹.
    static func invert(cholesky l: UnsafeMutablePointer<Float>, size: Int) {
      makeReady()
      let failure = LAPACKE_spotri_work(
        LAPACK_COL_MAJOR, rowMajorLower, Int32(size), l, Int32(max(size, 1)))
      precondition(
        failure == 0, "the triangle of a Cholesky factorisation has a 0 on its diagonal (\(failure))")
    }

    /// The thin singular value decomposition of a row-major `rows` × `columns` matrix, which is overwritten; false where it
    /// did not converge. What LAPACK is shown is the transpose, so the two sides change places.
    static func singularValues(
      _ a: UnsafeMutablePointer<Float>, rows: Int, columns: Int, left: UnsafeMutablePointer<Float>,
      values: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>
    ) -> Bool {
      makeReady()
      let rank = min(rows, columns)
      let failure = LAPACKE_sgesdd(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "S")), Int32(columns), Int32(rows), a, Int32(columns), values,
        right, Int32(columns), left, Int32(rank))
      precondition(failure >= 0, "argument \(-failure) of sgesdd is not allowed")
      return failure == 0
    }
  }
#endif
