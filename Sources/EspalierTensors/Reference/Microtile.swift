/// The tile of `C` that fits into registers, and the two loops that sum it up.
///
/// Six rows of eight columns are twelve four-lane accumulators: with two vectors of `B`, one of `A` and one
/// product they fill the sixteen vector registers of x86-64 exactly. Both kernels do the same arithmetic in
/// the same order and differ in where they read `A`, so the choice between them never changes a result.
enum Microtile {
  static let rows = 6
  static let columns = 8

  /// Sums `k` outer products, `A` packed with every element repeated four times (`packA`).
  ///
  /// Plain loads then replace the broadcasts, which baseline x86-64 makes from two instructions.
  /// - Parameter bStride: elements from one row of eight columns of `B` to the next.
  @inline(never)
  static func sumPacked(
    k: Int, a: UnsafePointer<SIMD4<Float>>, b: UnsafePointer<Float>, bStride: Int,
    into tile: UnsafeMutablePointer<SIMD8<Float>>
  ) {
    var (s00, s01, s10, s11) = (SIMD4<Float>(), SIMD4<Float>(), SIMD4<Float>(), SIMD4<Float>())
    var (s20, s21, s30, s31) = (SIMD4<Float>(), SIMD4<Float>(), SIMD4<Float>(), SIMD4<Float>())
    var (s40, s41, s50, s51) = (SIMD4<Float>(), SIMD4<Float>(), SIMD4<Float>(), SIMD4<Float>())
    var (a, b, remaining) = (a, b, k)
    while remaining > 0 {
      let (b0, b1) = (loadVector4(b), loadVector4(b + 4))
      addProduct(&s00, a[0], b0)
      addProduct(&s01, a[0], b1)
      addProduct(&s10, a[1], b0)
      addProduct(&s11, a[1], b1)
      addProduct(&s20, a[2], b0)
      addProduct(&s21, a[2], b1)
      addProduct(&s30, a[3], b0)
      addProduct(&s31, a[3], b1)
      addProduct(&s40, a[4], b0)
      addProduct(&s41, a[4], b1)
      addProduct(&s50, a[5], b0)
      addProduct(&s51, a[5], b1)
      a += rows
      b += bStride
      remaining &-= 1
    }
    tile[0] = SIMD8(lowHalf: s00, highHalf: s01)
    tile[1] = SIMD8(lowHalf: s10, highHalf: s11)
    tile[2] = SIMD8(lowHalf: s20, highHalf: s21)
    tile[3] = SIMD8(lowHalf: s30, highHalf: s31)
    tile[4] = SIMD8(lowHalf: s40, highHalf: s41)
    tile[5] = SIMD8(lowHalf: s50, highHalf: s51)
  }

  /// Sums `k` outer products, reading `A` where it lies: for products with too few columns to repay packing.
  /// - Parameter bStride: elements from one row of eight columns of `B` to the next.
  @inline(never)
  static func sumInPlace(
    k: Int, a: StridedMatrix, b: UnsafePointer<Float>, bStride: Int,
    into tile: UnsafeMutablePointer<SIMD8<Float>>
  ) {
    var (s0, s1, s2) = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
    var (s3, s4, s5) = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
    let row = a.rowStride
    var (upper, lower, b, remaining) = (a.base, a.base + 3 &* row, b, k)
    while remaining > 0 {
      let vector = loadVector8(b)
      addProduct(&s0, SIMD8(repeating: upper[0]), vector)
      addProduct(&s1, SIMD8(repeating: upper[row]), vector)
      addProduct(&s2, SIMD8(repeating: upper[2 &* row]), vector)
      addProduct(&s3, SIMD8(repeating: lower[0]), vector)
      addProduct(&s4, SIMD8(repeating: lower[row]), vector)
      addProduct(&s5, SIMD8(repeating: lower[2 &* row]), vector)
      upper += a.columnStride
      lower += a.columnStride
      b += bStride
      remaining &-= 1
    }
    (tile[0], tile[1], tile[2]) = (s0, s1, s2)
    (tile[3], tile[4], tile[5]) = (s3, s4, s5)
  }

  /// Writes the top left `rows` × `columns` of the sums to the destination.
  static func store(
    _ tile: UnsafePointer<SIMD8<Float>>, rows: Int, columns: Int, into target: ProductTarget
  ) {
    var row = 0
    while row < rows {
      let line = target.from(row: row, column: 0)
      if columns == Self.columns {
        var sum = tile[row] * line.alpha
        if line.beta != 0 { sum += loadVector8(line.base) * line.beta }
        storeVector8(sum, line.base)
      } else {
        let sums = UnsafeRawPointer(tile + row).assumingMemoryBound(to: Float.self)
        var column = 0
        while column < columns {
          line.store(sums[column], at: column)
          column &+= 1
        }
      }
      row &+= 1
    }
  }
}
