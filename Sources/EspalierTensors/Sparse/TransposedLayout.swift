/// The layout of the transpose, for the input gradient, without values of its own: each of its slots knows the slot of
/// the pattern's layout that holds its value.
struct TransposedLayout: Sendable {
  let layout: SparseLayout
  /// The slot of the value of each slot; that of padding is not used.
  let positions: [UInt32]

  init(of source: SparseLayout, survivors: Int) {
    precondition(
      source.slots <= Int(Int32.max), "\(source.slots) slots are more than the kernels can gather from")
    let blocking = source.blocking.transposed
    let columns = CompressedColumns(of: source, survivors: survivors)
    var builder = SparseLayoutBuilder(
      rows: source.columns, columns: source.rows, survivors: survivors, blocking: blocking, tagged: true)
    columns.starts.withUnsafeBufferPointer { starts in
      columns.rows.withUnsafeBufferPointer { rows in
        columns.slots.withUnsafeBufferPointer { slots in
          builder.appendBands(starts: starts, columns: rows, tags: slots.baseAddress)
        }
      }
    }
    positions = builder.tags
    layout = builder.finish()
  }
}

/// The survivors of a layout, column after column, in each by ascending rows.
private struct CompressedColumns {
  var starts: [Int]
  var rows: [Int32]
  var slots: [UInt32]

  init(of layout: SparseLayout, survivors: Int) {
    starts = [Int](repeating: 0, count: layout.columns + 1)
    rows = [Int32](repeating: 0, count: survivors)
    slots = [UInt32](repeating: 0, count: survivors)
    for panel in 0..<layout.panels {
      layout.forEachSurvivor(inPanel: panel) { _, column, _ in starts[column + 1] += 1 }
    }
    for column in 0..<layout.columns { starts[column + 1] += starts[column] }
    var next = starts
    for panel in 0..<layout.panels {
      for survivor in layout.survivorsByRow(ofPanel: panel) {
        let place = next[Int(survivor.column)]
        next[Int(survivor.column)] += 1
        rows[place] = survivor.row
        slots[place] = survivor.slot
      }
    }
  }
}

extension SparseLayout {
  /// One surviving weight and where its value lies.
  struct Survivor {
    var row: Int32
    var column: Int32
    var slot: UInt32
  }

  /// The survivors of a panel in row-major order.
  func survivorsByRow(ofPanel panel: Int) -> [Survivor] {
    let firstRow = rowRange(ofPanel: panel).lowerBound
    var next = [Int](repeating: 0, count: rowRange(ofPanel: panel).count + 1)
    forEachSurvivor(inPanel: panel) { row, _, _ in next[row - firstRow + 1] += 1 }
    for row in 1..<next.count { next[row] += next[row - 1] }
    var sorted = [Survivor](repeating: Survivor(row: 0, column: 0, slot: 0), count: next[next.count - 1])
    forEachSurvivor(inPanel: panel) { row, column, slot in
      sorted[next[row - firstRow]] = Survivor(row: Int32(row), column: Int32(column), slot: UInt32(slot))
      next[row - firstRow] += 1
    }
    return sorted
  }
}
