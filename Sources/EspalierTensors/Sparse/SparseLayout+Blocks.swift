internal import CEspalierKernels

extension SparseLayout {
  /// Where a block is in its matrix and in the streams of slots.
  struct Place {
    /// Its number in its panel.
    let block: Int
    let firstRow: Int
    let firstColumn: Int
    let firstSlot: Int
  }

  /// Calls `body` with every block of some panels, those of a panel one after the other.
  @inline(__always)
  func forEachBlock(
    ofPanels panels: Range<Int>? = nil, _ body: (UnsafePointer<EspalierSparseBlock>, Place) -> Void
  ) {
    for panel in panels ?? 0..<self.panels {
      for block in 0..<blocksPerPanel {
        let index = index(ofPanel: panel, block: block)
        let place = Place(
          block: block, firstRow: panel * blocking.panelRows, firstColumn: block * blocking.blockColumns,
          firstSlot: slotStarts[index])
        withBlocks(index..<index + 1) { body($0, place) }
      }
    }
  }
}
