/// The size of the blocks and panels of a `SparseSmallBatchLayout`.
///
/// A column of a block is 64 bytes of activations, so 512 of them fit the first-level cache; a block should hold some
/// twenty survivors of a row, because each costs one pass over the row's sums. Panels are what threads share out.
package struct SmallBatchBlocking: Sendable, Hashable {
  /// The rows of a panel.
  package let panelRows: Int
  /// The columns of a block.
  package let blockColumns: Int
  /// Whether offsets are whole columns in 32 bits: one block, for rows with a few survivors in many thousand columns.
  package let isWide: Bool

  /// As many columns as the kernels pack at once.
  static let mostBlockColumns = 2048

  package init(panelRows: Int, blockColumns: Int, isWide: Bool = false) {
    precondition(
      panelRows > 0 && blockColumns > 0 && (isWide || blockColumns <= Self.mostBlockColumns),
      "blocks cannot have \(panelRows) rows and \(blockColumns) columns")
    self.panelRows = panelRows
    self.blockColumns = blockColumns
    self.isWide = isWide
  }

  /// The blocking of a `rows` × `columns` matrix with `survivors` in it.
  package init(rows: Int, columns: Int, survivors: Int) {
    let density = rows * columns == 0 ? 1 : Double(survivors) / Double(rows) / Double(columns)
    if columns > Self.mostBlockColumns && density * Double(Self.mostBlockColumns) < 4 {
      self.init(panelRows: 256, blockColumns: columns, isWide: true)
      return
    }
    let most = columns <= 1024 ? 1024 : density >= 0.04 ? 512 : density >= 0.01 ? 1024 : Self.mostBlockColumns
    let blocks = max(1, (columns + most - 1) / most)
    self.init(panelRows: 256, blockColumns: max(1, (columns + blocks - 1) / blocks))
  }
}
