internal import CEspalierKernels

/// Where the survivors of a matrix lie, in the order in which the kernels read them.
///
/// The matrix is cut into panels of rows and blocks of columns; some panels make a band. The order is: bands, in a band
/// the columns of a block, there the panels. Inside a block the rows are sorted by their number of survivors and taken
/// four at a time; the survivors of four rows are interleaved, one step of four after the other, and a shorter row is
/// padded. Each place is a *slot*; values, gradients and an optimizer's moments are streams in the order of the slots. An
/// index within a block takes 16 bits, so a layout takes little more than 2 bytes a survivor.
struct SparseLayout: Sendable {
  let rows: Int
  let columns: Int
  let blocking: SparseBlocking
  let panels: Int
  let blocksPerPanel: Int
  /// The groups of all blocks in their order.
  let groups: [EspalierSparseGroup]
  /// The first group and the first slot of each block, and what would follow the last block.
  let groupStarts: [Int]
  let slotStarts: [Int]
  /// The column of each slot, relative to its block; at the end a few more, because the kernels read ahead.
  let offsets: [UInt16]
  /// The work of all panels before each, and of all.
  let workBeforePanel: [Int]
  /// The work of all panels in the blocks of columns before each, and of all.
  let workBeforeColumns: [Int]
  /// The most slots that the blocks of a band at the same columns have, filled up to whole cache lines, so that what lies
  /// behind them in a thread's scratch memory begins with one.
  let largestStrip: Int

  static let offsetsReadAhead = 4
  /// The bytes of a group's rows and counts.
  static let groupStride = MemoryLayout<EspalierSparseGroup>.stride

  var slots: Int { offsets.count - Self.offsetsReadAhead }
  var blocks: Int { panels * blocksPerPanel }

  /// The rows of a panel.
  func rowRange(ofPanel panel: Int) -> Range<Int> {
    let first = panel * blocking.panelRows
    return first..<min(first + blocking.panelRows, rows)
  }

  /// The columns of the blocks with number `block` in their panels.
  func columnRange(ofBlock block: Int) -> Range<Int> {
    let first = block * blocking.blockColumns
    return first..<max(first, min(first + blocking.blockColumns, columns))
  }

  /// The panels of the band to which a panel belongs.
  func band(ofPanel panel: Int) -> Range<Int> {
    let first = panel / blocking.panelsPerBand * blocking.panelsPerBand
    return first..<min(first + blocking.panelsPerBand, panels)
  }

  /// Where the block of a panel at some columns comes in the order of all blocks.
  func index(ofPanel panel: Int, block: Int) -> Int {
    let band = band(ofPanel: panel)
    return band.lowerBound * blocksPerPanel + block * band.count + panel - band.lowerBound
  }

  /// The panel and the number in it of the block that comes at `index`.
  func place(ofIndex index: Int) -> (panel: Int, block: Int) {
    let blocksPerBand = blocking.panelsPerBand * blocksPerPanel
    let band = band(ofPanel: index / blocksPerBand * blocking.panelsPerBand)
    let within = index - band.lowerBound * blocksPerPanel
    return (band.lowerBound + within % band.count, within / band.count)
  }

  /// Calls `body` with every survivor of a panel; those of one row come in the order of their columns.
  @inline(__always)
  func forEachSurvivor(inPanel panel: Int, _ body: (_ row: Int, _ column: Int, _ slot: Int) -> Void) {
    let firstRow = panel * blocking.panelRows
    for block in 0..<blocksPerPanel {
      let firstColumn = block * blocking.blockColumns
      let index = index(ofPanel: panel, block: block)
      var slot = slotStarts[index]
      for group in groups[groupStarts[index]..<groupStarts[index + 1]] {
        let rows = SIMD4(group.rows.0, group.rows.1, group.rows.2, group.rows.3)
        let counts = SIMD4(group.counts.0, group.counts.1, group.counts.2, group.counts.3)
        for step in 0..<counts[0] {
          for member in 0..<4 {
            if step < counts[member] {
              body(firstRow + Int(rows[member]), firstColumn + Int(offsets[slot]), slot)
            }
            slot += 1
          }
        }
      }
    }
  }
}
