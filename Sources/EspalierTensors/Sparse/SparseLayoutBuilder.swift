internal import CEspalierKernels

/// Builds a `SparseLayout` panel after panel from lists of columns, in time and memory proportional to the survivors.
struct SparseLayoutBuilder {
  private let rows: Int
  private let columns: Int
  private let blocking: SparseBlocking
  private let panels: Int
  private let blocksPerPanel: Int
  private var groups: [EspalierSparseGroup] = []
  private var groupStarts: [Int] = [0]
  private var slotStarts: [Int] = [0]
  private var offsets: [UInt16] = []
  /// The tag of each slot's survivor, if they have tags.
  private(set) var tags: [UInt32] = []

  // Of the rows of the panel at hand: the first survivor not yet placed, the survivors in the block, the order.
  private var next: [Int]
  private var counts: [Int]
  private var order: [Int]

  init(rows: Int, columns: Int, survivors: Int, blocking: SparseBlocking, tagged: Bool) {
    self.rows = rows
    self.columns = columns
    self.blocking = blocking
    panels = (rows + blocking.panelRows - 1) / blocking.panelRows
    blocksPerPanel = max(1, (columns + blocking.blockColumns - 1) / blocking.blockColumns)
    next = [Int](repeating: 0, count: blocking.panelRows)
    counts = next
    order = next
    let expected = survivors + survivors / 64 + 64
    offsets.reserveCapacity(expected)
    if tagged { tags.reserveCapacity(expected) }
  }

  /// Appends the next panel: row r of it has the sorted columns `columns[starts[r] ..< starts[r + 1]]`, and its survivors
  /// the tags in the same places.
  mutating func appendPanel(
    starts: UnsafeBufferPointer<Int>, columns: UnsafePointer<Int32>, tags: UnsafePointer<UInt32>? = nil
  ) {
    let rowCount = starts.count - 1
    for row in 0..<rowCount { next[row] = starts[row] }
    for block in 0..<blocksPerPanel {
      let end = Int32(clamping: (block + 1) * blocking.blockColumns)
      var most = 0
      for row in 0..<rowCount {
        var position = next[row]
        while position < starts[row + 1], columns[position] < end { position += 1 }
        counts[row] = position - next[row]
        most = max(most, counts[row])
      }
      sortRowsByDescendingCount(rowCount, most: most)
      let base = Int32(block * blocking.blockColumns)
      let alive = order[..<rowCount].firstIndex { counts[$0] == 0 } ?? rowCount
      for members in Self.fours(0..<alive) {
        appendGroup(order[members], columns: columns, base: base, tags: tags)
      }
      // The first block of a panel starts the sums of all rows, and the last finishes them.
      if block == 0 || block == blocksPerPanel - 1 {
        for members in Self.fours(alive..<rowCount) {
          appendGroup(order[members], columns: columns, base: base, tags: tags)
        }
      }
      for row in 0..<rowCount { next[row] += counts[row] }
      groupStarts.append(groups.count)
      slotStarts.append(offsets.count)
    }
  }

  /// Consecutive parts of four, the last perhaps shorter.
  private static func fours(_ range: Range<Int>) -> some Sequence<Range<Int>> {
    stride(from: range.lowerBound, to: range.upperBound, by: 4).lazy.map {
      $0..<min($0 + 4, range.upperBound)
    }
  }

  /// A counting sort that keeps rows of equal counts in their order.
  private mutating func sortRowsByDescendingCount(_ rowCount: Int, most: Int) {
    var starts = [Int](repeating: 0, count: most + 2)
    for row in 0..<rowCount { starts[most - counts[row] + 1] += 1 }
    for key in 1..<(most + 2) { starts[key] += starts[key - 1] }
    for row in 0..<rowCount {
      let key = most - counts[row]
      order[starts[key]] = row
      starts[key] += 1
    }
  }

  private mutating func appendGroup(
    _ members: ArraySlice<Int>, columns: UnsafePointer<Int32>, base: Int32,
    tags source: UnsafePointer<UInt32>?
  ) {
    var group = EspalierSparseGroup()
    let absent = UInt16(ESPALIER_NO_ROW)
    group.rows = (absent, absent, absent, absent)
    withUnsafeMutableBytes(of: &group.rows) { rows in
      withUnsafeMutableBytes(of: &group.counts) { groupCounts in
        let rows = rows.assumingMemoryBound(to: UInt16.self)
        let groupCounts = groupCounts.assumingMemoryBound(to: UInt16.self)
        for (place, row) in members.enumerated() {
          rows[place] = UInt16(row)
          groupCounts[place] = UInt16(counts[row])
        }
      }
    }
    groups.append(group)

    let first = members.startIndex
    let longest = order[first]
    for step in 0..<counts[longest] {
      for place in 0..<4 {
        let row = place < members.count ? order[first + place] : longest
        // Padding repeats the row's last column, so that it meets no activation that the row does not meet anyway.
        let position = next[row] + min(step, counts[row] - 1)
        let isPadding = place >= members.count || step >= counts[row]
        offsets.append(UInt16(columns[position] - base))
        if let source { self.tags.append(isPadding ? 0 : source[position]) }
      }
    }
  }

  /// The layout of the appended panels.
  consuming func finish() -> SparseLayout {
    let largestBlock = zip(slotStarts.dropFirst(), slotStarts).reduce(0) { max($0, $1.0 - $1.1) }
    offsets.append(contentsOf: repeatElement(0, count: SparseLayout.offsetsReadAhead))
    precondition(
      slotStarts.count == panels * blocksPerPanel + 1, "a layout of \(panels) panels lacks some of them")
    return SparseLayout(
      rows: rows, columns: columns, blocking: blocking, panels: panels, blocksPerPanel: blocksPerPanel,
      groups: groups, groupStarts: groupStarts, slotStarts: slotStarts, offsets: offsets,
      largestBlock: largestBlock)
  }
}
