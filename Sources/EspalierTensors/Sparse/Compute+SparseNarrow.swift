internal import CEspalierKernels

/// Products for narrow batches, of at most four samples: read and written in place, by kernels of their own.
///
/// All go over one block of columns after the other, through all panels: the inputs of a block, and their gradients,
/// stay in the cache while everything else streams by. The input gradient is scattered from the one layout, so a pattern
/// that only ever meets narrow batches has no transposed one.
extension Compute {
  /// Whether a batch is narrow.
  static func isNarrow(_ batch: Int) -> Bool { (1...Int(ESPALIER_NARROW_COLUMNS)).contains(batch) }

  /// Y = f(W · X + bias), by panels on several threads.
  func multiplyNarrow(
    _ layout: SparseLayout, values: UnsafePointer<Float>, by x: MatrixView, bias: UnsafePointer<Float>?,
    activation: Activation?, into y: MatrixView
  ) {
    let kernel = kernels.sparse_narrow_product
    let floor: Float = activation == .relu ? 0 : -.infinity
    forEachShareOfPanels(layout, batch: x.columns) { panels in
      layout.forEachBlock(ofPanels: panels, blocks: 0..<layout.blocksPerPanel) { place in
        kernel(
          place.block, values + place.firstSlot, x.base + place.firstColumn * x.columns,
          y.base + place.firstRow * x.columns, x.columns, layout.stage(ofBlock: place.blockOfPanel),
          bias.map { $0 + place.firstRow }, floor)
      }
      guard let activation, activation != .relu else { return }
      let first = layout.rowRange(ofPanel: panels.lowerBound).lowerBound
      let end = layout.rowRange(ofPanel: panels.upperBound - 1).upperBound
      kernels.bias_activation(
        y.base + first * y.columns, end - first, y.columns, y.columns, nil, activation.kernelName,
        activation.parameter)
    }
  }

  /// The gradient of the surviving weights, by panels on several threads.
  func sampledProductNarrow(
    _ dy: MatrixView, _ x: MatrixView, _ layout: SparseLayout, into gradients: UnsafeMutablePointer<Float>
  ) {
    let kernel = kernels.sparse_narrow_gradients
    forEachShareOfPanels(layout, batch: x.columns) { panels in
      layout.forEachBlock(ofPanels: panels, blocks: 0..<layout.blocksPerPanel) { place in
        kernel(
          place.block, nil, x.base + place.firstColumn * x.columns, dy.base + place.firstRow * x.columns,
          x.columns, gradients + place.firstSlot, nil)
      }
    }
  }

  /// dX = Wᵀ · dY and, in the same pass unless `gradients` is nil, the gradient of the weights; by blocks of columns on
  /// several threads.
  func gradientsNarrow(
    _ dy: MatrixView, _ x: MatrixView?, _ layout: SparseLayout, values: UnsafePointer<Float>,
    into gradients: UnsafeMutablePointer<Float>?, _ dx: MatrixView
  ) {
    let kernel = kernels.sparse_narrow_gradients
    let parts = min(parts(forSlots: layout.slots, batch: dy.columns), layout.blocksPerPanel)
    split(parts) { range in
      for part in range {
        let blocks = layout.blocksPerPanel * part / parts..<layout.blocksPerPanel * (part + 1) / parts
        let first = blocks.lowerBound * layout.blocking.blockColumns
        let end = min(blocks.upperBound * layout.blocking.blockColumns, layout.columns)
        (dx.base + first * dx.columns).update(repeating: 0, count: (end - first) * dx.columns)
        layout.forEachBlock(ofPanels: 0..<layout.panels, blocks: blocks) { place in
          let start = place.firstColumn * dy.columns
          kernel(
            place.block, values + place.firstSlot, x.map { UnsafePointer($0.base + start) },
            dy.base + place.firstRow * dy.columns, dy.columns, gradients.map { $0 + place.firstSlot },
            dx.base + start)
        }
      }
    }
  }

  private func forEachShareOfPanels(_ layout: SparseLayout, batch: Int, _ body: (Range<Int>) -> Void) {
    let parts = parts(forSlots: layout.slots, batch: batch)
    split(parts) { range in
      for part in range {
        let panels = layout.panelShare(part, of: parts)
        if !panels.isEmpty { body(panels) }
      }
    }
  }
}

extension SparseLayout {
  /// A block, and where it is.
  fileprivate struct PlacedBlock {
    let block: UnsafePointer<EspalierSparseBlock>
    let blockOfPanel: Int
    let firstRow: Int
    let firstColumn: Int
    let firstSlot: Int
  }

  /// Calls `body` with the blocks of the given columns in the given panels, one block of columns after the other.
  fileprivate func forEachBlock(
    ofPanels panels: Range<Int>, blocks: Range<Int>, _ body: (PlacedBlock) -> Void
  ) {
    for block in blocks {
      for panel in panels {
        let index = index(ofPanel: panel, block: block)
        withBlocks(index..<index + 1) {
          body(
            PlacedBlock(
              block: $0, blockOfPanel: block, firstRow: panel * blocking.panelRows,
              firstColumn: block * blocking.blockColumns, firstSlot: slotStarts[index]))
        }
      }
    }
  }
}
