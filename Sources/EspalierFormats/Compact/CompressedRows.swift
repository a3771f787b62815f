internal import EspalierTensors

/// The survivors of a matrix as lists of columns: those of row r are `columnIndices[rowStarts[r] ..< rowStarts[r + 1]]`,
/// ascending.
struct CompressedRows {
  let rows: Int
  let columns: Int
  private(set) var rowStarts: [Int]
  private(set) var columnIndices: [Int32]

  init(_ pattern: SparsePattern) {
    rows = pattern.rows
    columns = pattern.columns
    (rowStarts, columnIndices) = pattern.compressedRows
  }

  /// A matrix to be filled with so many survivors, in row-major order.
  init(rows: Int, columns: Int, expecting survivors: Int) {
    self.rows = rows
    self.columns = columns
    rowStarts = [0]
    columnIndices = []
    rowStarts.reserveCapacity(rows + 1)
    columnIndices.reserveCapacity(survivors)
  }

  var survivors: Int { columnIndices.count }
  var positions: Int { rows * columns }

  /// Calls `body` with the number of pruned positions before each survivor, back to the survivor before it.
  func forEachGap(_ body: (Int) -> Void) {
    var next = 0
    for row in 0..<rows {
      for index in rowStarts[row]..<rowStarts[row + 1] {
        let position = row * columns + Int(columnIndices[index])
        body(position - next)
        next = position + 1
      }
    }
  }

  /// Appends the survivor at a column of a row; the row is not before the one at hand.
  mutating func append(row: Int, column: Int) {
    while rowStarts.count <= row { rowStarts.append(columnIndices.count) }
    columnIndices.append(Int32(column))
  }

  /// Closes the row at hand and all that follow.
  mutating func finish() {
    while rowStarts.count <= rows { rowStarts.append(columnIndices.count) }
  }

  /// The pattern; what the kernels read.
  var pattern: SparsePattern {
    SparsePattern(rows: rows, columns: columns, rowStarts: rowStarts, columnIndices: columnIndices)
  }

  /// Calls `body` with the bytes of each row of the dense matrix; only one row exists at a time.
  func forEachDenseRow<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    of values: (_ survivor: Int) -> Element, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    var dense = [Element](repeating: 0, count: columns)
    for row in 0..<rows {
      let survivors = rowStarts[row]..<rowStarts[row + 1]
      for index in survivors { dense[Int(columnIndices[index])] = values(index) }
      try dense.withUnsafeBytes(body)
      for index in survivors { dense[Int(columnIndices[index])] = 0 }
    }
  }
}
