/// How a packed layout is cut, chosen from the density.
///
/// A block's columns times one tile of the batch are read at random: they should stay in the first-level cache, so a
/// block is narrow. Every block costs each of its rows one pass over that row's sums: it should hold many survivors of
/// a row, so a block of a sparser matrix is wider.
package struct SparseBlocking: Sendable, Hashable {
  /// The rows of a panel: a multiple of 4. Work is shared among threads by panels.
  package let panelRows: Int
  /// The columns of a block.
  package let blockColumns: Int
  /// The panels of a band: their blocks at the same columns lie one after the other, so that one reading of the columns'
  /// activations serves all of them while the sums of their rows stay in the second-level cache.
  package let panelsPerBand: Int

  /// What the 16-bit positions inside a block can tell apart beside the mark for "no row".
  static let mostRowsOrColumns = Int(UInt16.max)
  private static let bandRows = 1024

  package init(panelRows: Int, blockColumns: Int) {
    precondition(
      panelRows % 4 == 0 && (4...Self.mostRowsOrColumns).contains(panelRows)
        && (1...Self.mostRowsOrColumns).contains(blockColumns),
      "blocks cannot have \(panelRows) rows and \(blockColumns) columns")
    self.panelRows = panelRows
    self.blockColumns = blockColumns
    panelsPerBand = max(1, Self.bandRows / panelRows)
  }

  /// The blocking of a `rows` × `columns` matrix with `survivors` in it. That of the transpose cuts the same cells, so that
  /// the values of one of its blocks lie together.
  package init(rows: Int, columns: Int, survivors: Int) {
    let density = rows == 0 || columns == 0 ? 0 : Double(survivors) / Double(rows) / Double(columns)
    let side = Self.blockSide(density: density)
    self.init(
      panelRows: (Self.evenShare(of: rows, atMost: side) + 3) / 4 * 4,
      blockColumns: Self.evenShare(of: columns, atMost: side))
  }

  /// The blocking of the transpose.
  package var transposed: SparseBlocking {
    SparseBlocking(
      panelRows: min((blockColumns + 3) / 4 * 4, Self.mostRowsOrColumns / 4 * 4), blockColumns: panelRows)
  }

  /// Measured at batch 128: the cache's 48 KB hold 160 columns of a tile of 64 samples; below a density of 7 %, eight
  /// to sixteen survivors a row and block are worth more.
  private static func blockSide(density: Double) -> Int {
    switch density {
    case 0.07...: return 160
    case 0.03..<0.07: return 256
    case 0.015..<0.03: return 384
    default:
      // From 4096 columns on tiles of 32 samples leave the second-level cache; then four survivors must do.
      let eight = 8 / max(density, 1e-9)
      return max(512, min(mostRowsOrColumns, Int(min(eight, max(4096, eight / 2)))))
    }
  }

  /// The size of equal parts of `count`, none above `most`, their number even where there are several, because threads mostly
  /// are.
  private static func evenShare(of count: Int, atMost most: Int) -> Int {
    guard count > most else { return max(1, count) }
    let least = (count + most - 1) / most
    let parts = least + least % 2
    return (count + parts - 1) / parts
  }

  /// The widest tile, in samples, with which a block's columns stay in half the second-level cache.
  var widestTile: Int {
    let bytesPerSample = blockColumns * MemoryLayout<Float>.stride
    return [64, 32].first { $0 * bytesPerSample <= Self.cacheBytes } ?? 16
  }

  private static let cacheBytes = 1 << 19
}
