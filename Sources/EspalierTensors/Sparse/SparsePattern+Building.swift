extension SparsePattern {
  /// The pattern of a two-dimensional mask. Reads the mask's bits once.
  public convenience init(_ mask: Mask) {
    precondition(mask.shape.count == 2, "a packed matrix has two dimensions, not the shape \(mask.shape)")
    let (rows, columns) = (mask.shape[0], mask.shape[1])
    let blocking = SparseBlocking(rows: rows, columns: columns, survivors: mask.survivors)
    self.init(mask, blocking: blocking)
  }

  /// The pattern of a mask with a given blocking.
  package convenience init(_ mask: Mask, blocking: SparseBlocking) {
    let (rows, columns) = (mask.shape[0], mask.shape[1])
    var builder = SparseLayoutBuilder(
      rows: rows, columns: columns, survivors: mask.survivors, blocking: blocking, tagged: false)
    mask.withUnsafeWords { words in
      var starts: [Int] = []
      var positions: [Int32] = []
      for firstRow in stride(from: 0, to: rows, by: builder.bandRows) {
        starts.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        for row in firstRow..<min(firstRow + builder.bandRows, rows) {
          starts.append(positions.count)
          appendSetBits(of: words, in: row * columns..<(row + 1) * columns, to: &positions)
        }
        starts.append(positions.count)
        starts.withUnsafeBufferPointer {
          builder.appendBand(firstRow: firstRow, starts: $0, columns: positions)
        }
      }
    }
    self.init(layout: builder.finish(), survivors: mask.survivors)
  }

  /// The pattern of lists of columns: those of row r are `columnIndices[rowStarts[r] ..< rowStarts[r + 1]]`, ascending.
  ///
  /// Traps unless there are `rows` + 1 ascending starts from 0 to the number of indices, and every list ascends strictly
  /// within 0 ..< `columns`.
  public convenience init(rows: Int, columns: Int, rowStarts: [Int], columnIndices: [Int32]) {
    precondition(
      rows >= 0 && columns >= 0 && columns <= Int(Int32.max), "a packed matrix cannot be \(rows) × \(columns)"
    )
    Self.requireAscendingLists(rows, columns, rowStarts, columnIndices)
    let blocking = SparseBlocking(rows: rows, columns: columns, survivors: columnIndices.count)
    var builder = SparseLayoutBuilder(
      rows: rows, columns: columns, survivors: columnIndices.count, blocking: blocking, tagged: false)
    rowStarts.withUnsafeBufferPointer { starts in
      columnIndices.withUnsafeBufferPointer { indices in
        builder.appendBands(starts: starts, columns: indices, tags: nil)
      }
    }
    self.init(layout: builder.finish(), survivors: columnIndices.count)
  }

  private static func requireAscendingLists(
    _ rows: Int, _ columns: Int, _ rowStarts: [Int], _ columnIndices: [Int32]
  ) {
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
}

extension SparseLayoutBuilder {
  /// Appends all bands of a whole matrix in compressed rows.
  mutating func appendBands(
    starts: UnsafeBufferPointer<Int>, columns: UnsafeBufferPointer<Int32>, tags: UnsafePointer<UInt32>?
  ) {
    let rows = starts.count - 1
    withUnsafePointerToFirst(of: columns) { columns in
      for first in stride(from: 0, to: rows, by: bandRows) {
        let last = min(first + bandRows, rows)
        appendBand(
          firstRow: first, starts: UnsafeBufferPointer(rebasing: starts[first...last]), columns: columns,
          tags: tags)
      }
    }
  }
}

/// Appends the positions of the set bits, relative to the start of the range.
private func appendSetBits(
  of words: UnsafeBufferPointer<UInt64>, in range: Range<Int>, to positions: inout [Int32]
) {
  guard !range.isEmpty else { return }
  for index in range.lowerBound >> 6...(range.upperBound - 1) >> 6 {
    var word = words[index]
    let first = index << 6
    if first < range.lowerBound { word &= .max << UInt64(range.lowerBound - first) }
    if first + 64 > range.upperBound { word &= .max >> UInt64(first + 64 - range.upperBound) }
    while word != 0 {
      positions.append(Int32(first + word.trailingZeroBitCount - range.lowerBound))
      word &= word &- 1
    }
  }
}

/// The address of the first element; of something that is never read if there is none.
private func withUnsafePointerToFirst<Element, Result>(
  of buffer: UnsafeBufferPointer<Element>, _ body: (UnsafePointer<Element>) -> Result
) -> Result {
  if let base = buffer.baseAddress { return body(base) }
  return withUnsafeTemporaryAllocation(of: Element.self, capacity: 1) { body(UnsafePointer($0.baseAddress!)) }
}
