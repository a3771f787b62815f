// Survivors as lists of columns: those of row r are `columnIndices[rowStarts[r] ..< rowStarts[r + 1]]`.

/// Traps unless there are `rows` + 1 ascending starts from 0 to the number of columns, and every list ascends strictly within
/// 0 ..< `columns`. Costs O(rows + survivors).
func requireAscendingLists(rows: Int, columns: Int, rowStarts: [Int], columnIndices: [Int32]) {
  precondition(
    rowStarts.count == rows + 1 && rowStarts[0] == 0 && rowStarts[rows] == columnIndices.count,
    "\(rowStarts.count) starts do not divide \(columnIndices.count) columns among \(rows) rows")
  columnIndices.withUnsafeBufferPointer { indices in
    for row in 0..<rows {
      let (first, end) = (rowStarts[row], rowStarts[row + 1])
      precondition(first <= end && end <= indices.count, "row \(row) ends before it starts")
      var previous: Int32 = -1
      for position in first..<end {
        precondition(
          indices[position] > previous && indices[position] < columns,
          "column \(indices[position]) after \(previous) in row \(row) of a \(rows) × \(columns) matrix")
        previous = indices[position]
      }
    }
  }
}

/// Calls `body` with the position of every set bit in a range, in ascending order.
@inline(__always)
func forEachSetBit(of words: UnsafeBufferPointer<UInt64>, in range: Range<Int>, _ body: (Int) -> Void) {
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
