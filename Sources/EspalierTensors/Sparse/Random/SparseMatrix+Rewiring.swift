extension SparseMatrix {
  /// The matrix without the survivors that `kept` lacks, one bit a survivor in row-major order, and with `count` new ones at
  /// random places that were free before, all equally likely; `draw` gives their values, asked by row in row-major order.
  ///
  /// Costs O(rows + survivors + count) time and memory. Traps when the mask has another length, or there are fewer free
  /// places.
  public func rewired(
    keeping kept: Mask, growing count: Int, using generator: inout some RandomNumberGenerator,
    drawing draw: (_ row: Int, _ generator: inout Xoshiro256) -> Float
  ) -> SparseMatrix {
    let free = pattern.rows * pattern.columns - pattern.survivors
    precondition(
      kept.count == pattern.survivors,
      "a mask of \(kept.count) bits does not fit \(pattern.survivors) survivors")
    precondition((0...free).contains(count), "\(count) weights cannot grow at \(free) free places")
    let ranks = RandomPositions.exactly(count, outOf: free, using: &generator)
    var values = Xoshiro256(seed: generator.next())
    var rewiring = Rewiring(self, kept, size: kept.survivors + count)
    var next = 0
    for row in 0..<pattern.rows {
      rewiring.begin(row)
      while next < ranks.count, let column = rewiring.column(ofFree: ranks[next]) {
        rewiring.grow(column, draw(row, &values))
        next += 1
      }
      rewiring.end()
    }
    return rewiring.matrix()
  }
}

/// The rows of a matrix on their way to those of another.
private struct Rewiring {
  private let rows: Int
  private let columns: Int
  private let kept: Mask
  private let oldStarts: [Int]
  private let oldColumns: [Int32]
  private let oldValues: [Float]
  private var newStarts: [Int] = [0]
  private var newColumns: [Int32] = []
  private var newValues: [Float] = []

  /// The row at hand, the survivor of it that comes next, and the free places of all rows before it.
  private var row = 0
  private var position = 0
  private var freeBefore = 0

  init(_ matrix: SparseMatrix, _ kept: Mask, size: Int) {
    rows = matrix.pattern.rows
    columns = matrix.pattern.columns
    self.kept = kept
    (oldStarts, oldColumns) = matrix.pattern.compressedRows
    oldValues = matrix.rowMajorValues
    newStarts.reserveCapacity(rows + 1)
    newColumns.reserveCapacity(size)
    newValues.reserveCapacity(size)
  }

  mutating func begin(_ row: Int) { self.row = row }

  /// The column of the free place with the given rank among those of all rows; nil when it is in a later row. Ranks
  /// ascend, and survivors of columns before it are taken over.
  mutating func column(ofFree rank: Int) -> Int? {
    let wanted = rank - freeBefore
    guard wanted < columns - (oldStarts[row + 1] - oldStarts[row]) else { return nil }
    while position < oldStarts[row + 1], Int(oldColumns[position]) <= wanted + position - oldStarts[row] {
      keepNext()
    }
    return wanted + position - oldStarts[row]
  }

  mutating func grow(_ column: Int, _ value: Float) {
    newColumns.append(Int32(column))
    newValues.append(value)
  }

  mutating func end() {
    while position < oldStarts[row + 1] { keepNext() }
    freeBefore += columns - (oldStarts[row + 1] - oldStarts[row])
    newStarts.append(newColumns.count)
  }

  private mutating func keepNext() {
    if kept[position] {
      newColumns.append(oldColumns[position])
      newValues.append(oldValues[position])
    }
    position += 1
  }

  consuming func matrix() -> SparseMatrix {
    SparseMatrix(
      rows: rows, columns: columns, rowStarts: newStarts, columnIndices: newColumns, rowMajorValues: newValues
    )
  }
}
