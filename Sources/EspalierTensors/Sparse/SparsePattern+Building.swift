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
          let first = row * columns
          forEachSetBit(of: words, in: first..<first + columns) { positions.append(Int32($0 - first)) }
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
    requireAscendingLists(rows: rows, columns: columns, rowStarts: rowStarts, columnIndices: columnIndices)
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

/// The address of the first element; of something that is never read if there is none.
private func withUnsafePointerToFirst<Element, Result>(
  of buffer: UnsafeBufferPointer<Element>, _ body: (UnsafePointer<Element>) -> Result
) -> Result {
  if let base = buffer.baseAddress { return body(base) }
  return withUnsafeTemporaryAllocation(of: Element.self, capacity: 1) { body(UnsafePointer($0.baseAddress!)) }
}
