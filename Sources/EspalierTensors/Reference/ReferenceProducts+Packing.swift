extension ReferenceProducts {
  /// Copies `rows` × `k` elements of `A` so that a microkernel reads them in order, each repeated over a vector.
  ///
  /// Rows missing from a full panel become zeros; what they contribute is never stored.
  static func packA(_ a: StridedMatrix, rows: Int, k: Int, into panel: UnsafeMutablePointer<SIMD4<Float>>) {
    let step = a.rowStride
    var (source, destination, remaining) = (a.base, panel, k)
    while remaining > 0 {
      if rows == Microtile.rows {
        destination[0] = SIMD4(repeating: source[0])
        destination[1] = SIMD4(repeating: source[step])
        destination[2] = SIMD4(repeating: source[2 &* step])
        destination[3] = SIMD4(repeating: source[3 &* step])
        destination[4] = SIMD4(repeating: source[4 &* step])
        destination[5] = SIMD4(repeating: source[5 &* step])
      } else {
        var row = 0
        while row < Microtile.rows {
          destination[row] = SIMD4(repeating: row < rows ? source[row &* step] : 0)
          row &+= 1
        }
      }
      source += a.columnStride
      destination += Microtile.rows
      remaining &-= 1
    }
  }

  /// Copies `k` × `columns` elements of `B` into panels of eight columns, the last one filled up with zeros.
  static func packB(_ b: StridedMatrix, k: Int, columns: Int, into block: UnsafeMutablePointer<Float>) {
    var column = 0
    while column < columns {
      let source = b.from(row: 0, column: column)
      let width = min(Microtile.columns, columns &- column)
      let panel = block + column &* k
      if width < Microtile.columns {
        packRagged(source, k: k, columns: width, into: panel)
      } else if source.columnStride == 1 {
        packRows(source, k: k, into: panel)
      } else {
        packColumns(source, k: k, into: panel)
      }
      column &+= Microtile.columns
    }
  }

  /// A panel whose eight columns lie side by side.
  private static func packRows(_ b: StridedMatrix, k: Int, into panel: UnsafeMutablePointer<Float>) {
    var (source, destination, remaining) = (b.base, panel, k)
    while remaining > 0 {
      storeVector8(loadVector8(source), destination)
      source += b.rowStride
      destination += Microtile.columns
      remaining &-= 1
    }
  }

  /// A panel whose columns lie apart (a transposed `B`): gathered row by row.
  private static func packColumns(_ b: StridedMatrix, k: Int, into panel: UnsafeMutablePointer<Float>) {
    let step = b.columnStride
    var (source, destination, remaining) = (b.base, panel, k)
    while remaining > 0 {
      let half = source + 4 &* step
      let low = SIMD4(source[0], source[step], source[2 &* step], source[3 &* step])
      let high = SIMD4(half[0], half[step], half[2 &* step], half[3 &* step])
      storeVector8(SIMD8(lowHalf: low, highHalf: high), destination)
      source += b.rowStride
      destination += Microtile.columns
      remaining &-= 1
    }
  }

  /// The last panel of a width that eight does not divide.
  private static func packRagged(
    _ b: StridedMatrix, k: Int, columns: Int, into panel: UnsafeMutablePointer<Float>
  ) {
    var (source, destination, remaining) = (b.base, panel, k)
    while remaining > 0 {
      storeVector8(SIMD8(), destination)
      var column = 0
      while column < columns {
        destination[column] = source[column &* b.columnStride]
        column &+= 1
      }
      source += b.rowStride
      destination += Microtile.columns
      remaining &-= 1
    }
  }
}
