internal import CEspalierKernels

/// Builds a `SparseLayout` band after band from lists of columns, in time and memory proportional to the survivors.
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
  private var panelWork: [Int]
  private var columnWork: [Int]
  private var largestStrip = 0
  /// The tag of each slot's survivor, if they have tags.
  private(set) var tags: [UInt32] = []

  // Of the rows of the band at hand: the first survivor not yet placed, the survivors in the block, the order.
  private var next: [Int]
  private var counts: [Int]
  private var order: [Int]

  /// The rows of a band.
  var bandRows: Int { blocking.panelRows * blocking.panelsPerBand }

  init(rows: Int, columns: Int, survivors: Int, blocking: SparseBlocking, tagged: Bool) {
    self.rows = rows
    self.columns = columns
    self.blocking = blocking
    panels = (rows + blocking.panelRows - 1) / blocking.panelRows
    blocksPerPanel = max(1, (columns + blocking.blockColumns - 1) / blocking.blockColumns)
    panelWork = [Int](repeating: 0, count: panels)
    columnWork = [Int](repeating: 0, count: blocksPerPanel)
    next = [Int](repeating: 0, count: min(rows, blocking.panelRows * blocking.panelsPerBand))
    counts = next
    order = next
    let expected = survivors + survivors / 64 + 64
    offsets.reserveCapacity(expected)
    if tagged { tags.reserveCapacity(expected) }
  }

  /// Appends the next band, which starts at row `firstRow`: row r of it has the sorted columns `columns[starts[r] ..<
  /// starts[r + 1]]`, and its survivors the tags in the same places.
  mutating func appendBand(
    firstRow: Int, starts: UnsafeBufferPointer<Int>, columns: UnsafePointer<Int32>,
    tags: UnsafePointer<UInt32>? = nil
  ) {
    let rowCount = starts.count - 1
    for row in 0..<rowCount { next[row] = starts[row] }
    for block in 0..<blocksPerPanel {
      let slotsBefore = offsets.count
      for first in stride(from: 0, to: rowCount, by: blocking.panelRows) {
        let rows = first..<min(first + blocking.panelRows, rowCount)
        let (slots, groups) = (offsets.count, groups.count)
        appendBlock(block, rows: rows, starts: starts, columns: columns, tags: tags)
        let work = offsets.count - slots + 4 * (self.groups.count - groups)
        panelWork[(firstRow + first) / blocking.panelRows] += work
        columnWork[block] += work
      }
      largestStrip = max(largestStrip, offsets.count - slotsBefore)
    }
  }

  private mutating func appendBlock(
    _ block: Int, rows: Range<Int>, starts: UnsafeBufferPointer<Int>, columns: UnsafePointer<Int32>,
    tags: UnsafePointer<UInt32>?
  ) {
    let base = Int32(block * blocking.blockColumns)
    let end = Int32(clamping: (block + 1) * blocking.blockColumns)
    var most = 0
    for row in rows {
      var position = next[row]
      while position < starts[row + 1], columns[position] < end { position += 1 }
      counts[row] = position - next[row]
      most = max(most, counts[row])
    }
    sortByDescendingCount(rows, most: most)
    let alive = order[rows].firstIndex { counts[$0] == 0 } ?? rows.upperBound
    appendGroups(rows.lowerBound..<alive, firstRow: rows.lowerBound, columns: columns, base: base, tags: tags)
    // The first block of a panel starts the sums of all rows, and the last finishes them.
    if block == 0 || block == blocksPerPanel - 1 {
      appendGroups(
        alive..<rows.upperBound, firstRow: rows.lowerBound, columns: columns, base: base, tags: tags)
    }
    for row in rows { next[row] += counts[row] }
    groupStarts.append(groups.count)
    slotStarts.append(offsets.count)
  }

  /// A counting sort that keeps rows of equal counts in their order.
  private mutating func sortByDescendingCount(_ rows: Range<Int>, most: Int) {
    var places = [Int](repeating: 0, count: most + 2)
    for row in rows { places[most - counts[row] + 1] += 1 }
    for key in 1..<(most + 2) { places[key] += places[key - 1] }
    for row in rows {
      let key = most - counts[row]
      order[rows.lowerBound + places[key]] = row
      places[key] += 1
    }
  }

  /// Four rows a group, by the places of the order.
  private mutating func appendGroups(
    _ places: Range<Int>, firstRow: Int, columns: UnsafePointer<Int32>, base: Int32,
    tags: UnsafePointer<UInt32>?
  ) {
    for first in stride(from: places.lowerBound, to: places.upperBound, by: 4) {
      let members = first..<min(first + 4, places.upperBound)
      groups.append(group(members, firstRow: firstRow))
      appendSteps(members, columns: columns, base: base, tags: tags)
    }
  }

  private func group(_ members: Range<Int>, firstRow: Int) -> EspalierSparseGroup {
    var rows = SIMD4(repeating: UInt16(ESPALIER_NO_ROW))
    var memberCounts = SIMD4<UInt16>()
    for (member, place) in members.enumerated() {
      rows[member] = UInt16(order[place] - firstRow)
      memberCounts[member] = UInt16(counts[order[place]])
    }
    return EspalierSparseGroup(
      rows: (rows[0], rows[1], rows[2], rows[3]),
      counts: (memberCounts[0], memberCounts[1], memberCounts[2], memberCounts[3]))
  }

  private mutating func appendSteps(
    _ members: Range<Int>, columns: UnsafePointer<Int32>, base: Int32, tags source: UnsafePointer<UInt32>?
  ) {
    let longest = order[members.lowerBound]
    for step in 0..<counts[longest] {
      for place in members.lowerBound..<members.lowerBound + 4 {
        // Padding repeats a row's last column, so that it meets no activation that the row does not meet anyway.
        let row = place < members.upperBound ? order[place] : longest
        let position = next[row] + min(step, counts[row] - 1)
        offsets.append(UInt16(columns[position] - base))
        if let source { tags.append(source[position]) }
      }
    }
  }

  /// The layout of the appended bands.
  consuming func finish() -> SparseLayout {
    precondition(
      slotStarts.count == panels * blocksPerPanel + 1, "a layout of \(panels) panels lacks some of them")
    offsets.append(contentsOf: repeatElement(0, count: SparseLayout.offsetsReadAhead))
    return SparseLayout(
      rows: rows, columns: columns, blocking: blocking, panels: panels, blocksPerPanel: blocksPerPanel,
      groups: groups, groupStarts: groupStarts, slotStarts: slotStarts, offsets: offsets,
      workBeforePanel: Self.sums(of: panelWork), workBeforeColumns: Self.sums(of: columnWork),
      largestStrip: (largestStrip + 15) / 16 * 16)
  }

  /// The sum of all before each, and of all.
  private static func sums(of counts: [Int]) -> [Int] {
    counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
  }
}
