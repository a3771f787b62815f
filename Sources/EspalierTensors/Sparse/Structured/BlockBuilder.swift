/// Packs compressed rows that consist of blocks into the streams of a `SparseBlockLayout`.
struct BlockBuilder {
  static let lanes = 16

  private let matrix: CompressedRows
  private let shape: BlockShape
  private(set) var starts: [Int64] = [0]
  private(set) var firstColumns: [UInt32] = []
  private(set) var values: [Float] = []

  init(_ matrix: CompressedRows, shape: BlockShape) {
    (self.matrix, self.shape) = (matrix, shape)
    values.reserveCapacity(matrix.survivors + matrix.survivors / 16)
    firstColumns.reserveCapacity(matrix.survivors / (shape.rows * shape.columns) + 1)
  }

  mutating func build() {
    for first in stride(from: 0, to: matrix.rows, by: shape.rows) {
      let members = first..<min(first + shape.rows, matrix.rows)
      var position = 0
      while matrix.rowStarts[first] + position < matrix.rowStarts[first + 1] {
        position += append(members, from: position)
      }
      fillVector()
      starts.append(Int64(firstColumns.count))
    }
  }

  /// Appends the block whose survivors begin `position` survivors into each row; returns how many of a row it takes.
  private mutating func append(_ members: Range<Int>, from position: Int) -> Int {
    let column = Int(matrix.columnIndices[matrix.rowStarts[members.lowerBound] + position])
    let count = min(shape.columns, matrix.columns - column)
    let first = min(column, matrix.columns - shape.columns)
    let start = appendZeros(at: first)
    for (lane, row) in members.enumerated() {
      for k in 0..<count {
        let slot = start + (column - first + k) * shape.rows + lane
        values[slot] = matrix.values[matrix.rowStarts[row] + position + k]
      }
    }
    return count
  }

  /// Appends a block of zeros; returns its first slot.
  private mutating func appendZeros(at column: Int) -> Int {
    let start = values.count
    firstColumns.append(UInt32(column))
    values.append(contentsOf: repeatElement(0, count: shape.rows * shape.columns))
    return start
  }

  /// The next row of blocks begins with a vector of its own.
  private mutating func fillVector() {
    while values.count % Self.lanes != 0 { _ = appendZeros(at: 0) }
  }
}
