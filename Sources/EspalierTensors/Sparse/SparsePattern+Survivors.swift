extension SparsePattern {
  /// The pattern as a mask: rows · columns bits.
  public var mask: Mask {
    var mask = Mask(ones: [rows, columns])
    mask.withUnsafeMutableWords { words in
      words.update(repeating: 0)
      forEachSurvivor { row, column, _ in
        let bit = row * columns + column
        words[bit >> 6] |= 1 << UInt64(bit & 63)
      }
    }
    return mask
  }

  /// The number of survivors of each row.
  public var rowCounts: [Int] {
    var counts = [Int](repeating: 0, count: rows)
    forEachSurvivor { row, _, _ in counts[row] += 1 }
    return counts
  }

  /// The pattern as lists of columns: those of row r are `columnIndices[rowStarts[r] ..< rowStarts[r + 1]]`, ascending.
  public var compressedRows: (rowStarts: [Int], columnIndices: [Int32]) {
    var rowStarts = [Int](repeating: 0, count: rows + 1)
    var columnIndices: [Int32] = []
    columnIndices.reserveCapacity(survivors)
    forEachSurvivorByRow { _, survivor in
      rowStarts[Int(survivor.row) + 1] += 1
      columnIndices.append(survivor.column)
    }
    for row in 0..<rows { rowStarts[row + 1] += rowStarts[row] }
    return (rowStarts, columnIndices)
  }

  /// Calls `body` with every survivor, panel after panel; those of one row come in the order of their columns.
  package func forEachSurvivor(_ body: (_ row: Int, _ column: Int, _ slot: Int) -> Void) {
    for panel in 0..<layout.panels { layout.forEachSurvivor(inPanel: panel, body) }
  }

  /// Calls `body` with the number of every survivor in row-major order, and the survivor.
  func forEachSurvivorByRow(_ body: (_ index: Int, _ survivor: SparseLayout.Survivor) -> Void) {
    var index = 0
    for panel in 0..<layout.panels {
      for survivor in layout.survivorsByRow(ofPanel: panel) {
        body(index, survivor)
        index += 1
      }
    }
  }
}
