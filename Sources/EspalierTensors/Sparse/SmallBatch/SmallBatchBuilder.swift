/// Packs compressed rows into the streams of a `SparseSmallBatchLayout`, panel after panel and block after block.
struct SmallBatchBuilder {
  static let groupRows = 8
  /// A narrow offset counts elements of packed rows of sixteen columns.
  private static let elementsPerColumn = 16

  private let matrix: CompressedRows
  private let blocking: SmallBatchBlocking
  let panels: Int
  let blocks: Int
  private(set) var firstGroups: [Int64] = []
  private(set) var firstSlots: [Int64] = []
  /// The steps of a group, then its eight rows: an `EspalierRowGroup` each.
  private(set) var groups: [Int32] = []
  private(set) var narrowOffsets: [UInt16] = []
  private(set) var wideOffsets: [UInt32] = []
  private(set) var values: [Float] = []

  /// A row's survivors in the present block: `positions` of the matrix's lists.
  private struct Piece {
    let row: Int
    let positions: Range<Int>
  }

  init(_ matrix: CompressedRows, blocking: SmallBatchBlocking) {
    self.matrix = matrix
    self.blocking = blocking
    panels = (matrix.rows + blocking.panelRows - 1) / blocking.panelRows
    blocks = max(1, (matrix.columns + blocking.blockColumns - 1) / blocking.blockColumns)
    let expected = matrix.survivors + matrix.survivors / 16
    values.reserveCapacity(expected)
    if blocking.isWide {
      wideOffsets.reserveCapacity(expected)
    } else {
      narrowOffsets.reserveCapacity(expected)
    }
  }

  mutating func build() {
    for panel in 0..<panels {
      let first = panel * blocking.panelRows
      let rows = first..<min(first + blocking.panelRows, matrix.rows)
      var next = rows.map { matrix.rowStarts[$0] }
      for block in 0..<blocks {
        beginChunk()
        let pieces = rows.map { row in
          let piece = piece(of: row, from: next[row - first], before: (block + 1) * blocking.blockColumns)
          next[row - first] = piece.positions.upperBound
          return piece
        }
        let isBorder = block == 0 || block + 1 == blocks
        append(isBorder ? pieces : pieces.filter { !$0.positions.isEmpty }, block: block)
      }
    }
    beginChunk()
    appendReadAhead()
  }

  private mutating func beginChunk() {
    firstGroups.append(Int64(groups.count / (1 + Self.groupRows)))
    firstSlots.append(Int64(values.count))
  }

  private func piece(of row: Int, from start: Int, before column: Int) -> Piece {
    let rowEnd = matrix.rowStarts[row + 1]
    guard blocks > 1 else { return Piece(row: row, positions: start..<rowEnd) }
    let end = matrix.columnIndices.withUnsafeBufferPointer { columns in
      var end = start
      while end < rowEnd && columns[end] < column { end += 1 }
      return end
    }
    return Piece(row: row, positions: start..<end)
  }

  /// Appends the groups of one panel in one block; the longest rows first.
  private mutating func append(_ pieces: [Piece], block: Int) {
    let sorted = pieces.sorted { ($1.positions.count, $0.row) < ($0.positions.count, $1.row) }
    for first in stride(from: 0, to: sorted.count, by: Self.groupRows) {
      let members = sorted[first..<min(first + Self.groupRows, sorted.count)]
      let steps = members.first!.positions.count
      groups.append(Int32(steps))
      for member in 0..<Self.groupRows {
        groups.append(member < members.count ? Int32(members[first + member].row) : -1)
      }
      appendSteps(steps, of: members, firstColumn: block * blocking.blockColumns)
    }
  }

  private mutating func appendSteps(_ steps: Int, of members: ArraySlice<Piece>, firstColumn: Int) {
    let start = values.count
    appendPadding(steps * Self.groupRows)
    let isWide = blocking.isWide
    matrix.columnIndices.withUnsafeBufferPointer { columns in
      matrix.values.withUnsafeBufferPointer { weights in
        values.withUnsafeMutableBufferPointer { values in
          narrowOffsets.withUnsafeMutableBufferPointer { narrowOffsets in
            wideOffsets.withUnsafeMutableBufferPointer { wideOffsets in
              var first = start
              for piece in members {
                var slot = first
                for position in piece.positions {
                  let column = Int(columns[position]) - firstColumn
                  values[slot] = weights[position]
                  if isWide {
                    wideOffsets[slot] = UInt32(column)
                  } else {
                    narrowOffsets[slot] = UInt16(column * Self.elementsPerColumn)
                  }
                  slot += Self.groupRows
                }
                first += 1
              }
            }
          }
        }
      }
    }
  }

  private mutating func appendPadding(_ slots: Int) {
    values.append(contentsOf: repeatElement(0, count: slots))
    if blocking.isWide {
      wideOffsets.append(contentsOf: repeatElement(0, count: slots))
    } else {
      narrowOffsets.append(contentsOf: repeatElement(0, count: slots))
    }
  }

  /// The kernels load the offsets of a step before they know whether it follows.
  private mutating func appendReadAhead() { appendPadding(Self.groupRows) }
}
