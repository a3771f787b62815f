/// A sparse matrix as lists of columns and values, row after row: what packed layouts are built from.
///
/// Those of row r are at `rowStarts[r] ..< rowStarts[r + 1]`, in ascending columns. A dense matrix need never exist.
public struct CompressedRows: Sendable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// Where each row starts, and the end of the last.
  public let rowStarts: [Int]
  /// The column of each survivor.
  public let columnIndices: [Int32]
  /// The value of each survivor.
  public let values: [Float]

  /// The matrix of the given lists, checked once in O(survivors).
  ///
  /// Traps unless there are `rows` + 1 ascending starts from 0 to the number of columns, as many values, and every list
  /// ascends strictly within 0 ..< `columns`.
  public init(rows: Int, columns: Int, rowStarts: [Int], columnIndices: [Int32], values: [Float]) {
    precondition(
      (0...Int(Int32.max)).contains(rows) && (0...Int(Int32.max)).contains(columns),
      "a packed matrix cannot be \(rows) × \(columns)")
    precondition(
      rowStarts.count == rows + 1 && rowStarts[0] == 0 && rowStarts[rows] == columnIndices.count
        && values.count == columnIndices.count,
      "\(rowStarts.count) starts do not divide \(columnIndices.count) columns and \(values.count) values among \(rows) rows"
    )
    self.rows = rows
    self.columns = columns
    self.rowStarts = rowStarts
    self.columnIndices = columnIndices
    self.values = values
    requireAscendingLists()
  }

  /// The survivors of a dense matrix, all of it without a mask; traps unless the mask has its two-dimensional shape.
  public init(_ dense: Tensor, mask: Mask? = nil) {
    let shape = dense.shape
    precondition(shape.count == 2, "a packed matrix has two dimensions, not the shape \(shape)")
    precondition(
      mask == nil || mask!.shape == shape,
      "a mask of shape \(mask!.shape) does not fit a tensor of shape \(shape)")
    let survivors = mask?.survivors ?? dense.count
    var starts = [0]
    var indices: [Int32] = []
    var values: [Float] = []
    starts.reserveCapacity(shape[0] + 1)
    indices.reserveCapacity(survivors)
    values.reserveCapacity(survivors)
    let kept = mask ?? Mask(ones: shape)
    dense.withUnsafeValues { dense in
      kept.withUnsafeWords { words in
        for row in 0..<shape[0] {
          let first = row * shape[1]
          forEachSetBit(of: words, in: first..<first + shape[1]) {
            indices.append(Int32($0 - first))
            values.append(dense[$0])
          }
          starts.append(indices.count)
        }
      }
    }
    self.init(rows: shape[0], columns: shape[1], rowStarts: starts, columnIndices: indices, values: values)
  }

  /// The number of survivors.
  public var survivors: Int { columnIndices.count }

  private func requireAscendingLists() {
    columnIndices.withUnsafeBufferPointer { indices in
      for row in 0..<rows {
        precondition(
          rowStarts[row] <= rowStarts[row + 1] && rowStarts[row + 1] <= indices.count,
          "row \(row) ends before it starts")
        var previous: Int32 = -1
        for position in rowStarts[row]..<rowStarts[row + 1] {
          precondition(
            indices[position] > previous && indices[position] < columns,
            "column \(indices[position]) after \(previous) in row \(row) of a \(rows) × \(columns) matrix")
          previous = indices[position]
        }
      }
    }
  }
}

/// Calls `body` with the position of every set bit in a range, in ascending order.
@inline(__always)
private func forEachSetBit(
  of words: UnsafeBufferPointer<UInt64>, in range: Range<Int>, _ body: (Int) -> Void
) {
  var position = range.lowerBound
  while position < range.upperBound {
    let base = position & ~63
    var word = words[base >> 6] & (.max << UInt64(position & 63))
    if range.upperBound - base < 64 { word &= (1 << UInt64(range.upperBound - base)) - 1 }
    while word != 0 {
      body(base + word.trailingZeroBitCount)
      word &= word - 1
    }
    position = base + 64
  }
}
