/// The size of the blocks of a packed layout, chosen from the density.
///
/// A block's columns times one tile of the batch are read at random: they should stay in the first-level cache, so a
/// block is narrow. Every block costs each of its rows one pass over that row's sums: it should hold many survivors of
/// a row, so a block of a sparser matrix is wider, and its tiles are narrower.
package struct SparseBlocking: Sendable, Hashable {
  /// The rows of a panel: their sums stay in the second-level cache.
  package let panelRows: Int
  /// The columns of a block.
  package let blockColumns: Int

  /// What the 16-bit positions inside a block can tell apart beside the mark for "no row".
  static let mostRowsOrColumns = Int(UInt16.max)

  package init(panelRows: Int, blockColumns: Int) {
    precondition(
      panelRows % 4 == 0 && (4...Self.mostRowsOrColumns).contains(panelRows)
        && (1...Self.mostRowsOrColumns).contains(blockColumns),
      "blocks cannot have \(panelRows) rows and \(blockColumns) columns")
    self.panelRows = panelRows
    self.blockColumns = blockColumns
  }

  /// The blocking of a `rows` × `columns` matrix with `survivors` in it.
  package init(rows: Int, columns: Int, survivors: Int) {
    let perThousandColumns =
      rows == 0 || columns == 0 ? 0 : Double(survivors) / Double(rows) / Double(columns) * 1000
    let width =
      switch perThousandColumns {
      case 80...: 160
      case 30..<80: 320
      default: max(640, min(Self.mostRowsOrColumns, Int(16_000 / max(perThousandColumns, 0.001))))
      }
    panelRows = Self.evenShare(of: rows, atMost: 1024, multipleOf: 4)
    blockColumns = Self.evenShare(of: columns, atMost: width, multipleOf: 1)
  }

  /// The smallest multiple of `multiple` that cuts `count` into no more parts than `most` does.
  private static func evenShare(of count: Int, atMost most: Int, multipleOf multiple: Int) -> Int {
    let parts = max(1, (count + most - 1) / most)
    let share = max(1, (count + parts - 1) / parts)
    return (share + multiple - 1) / multiple * multiple
  }

  /// The widest tile, in samples, with which a block's columns stay in the first-level cache.
  var widestTile: Int {
    let bytesPerSample = blockColumns * MemoryLayout<Float>.stride
    return [64, 32].first { $0 * bytesPerSample <= Self.cacheBytes } ?? 16
  }

  private static let cacheBytes = 48 << 10
}
