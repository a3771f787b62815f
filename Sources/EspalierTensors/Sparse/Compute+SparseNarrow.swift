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
    forEachShareOfPanels(
      layout, batch: x.columns, (self, layout, values, x, bias, activation, y)
    ) { task, panels in
      let (compute, layout, values, x, bias, activation, y) = task
      let kernel = compute.kernels.sparse_narrow_product
      let floor: Float = activation == .relu ? 0 : -.infinity
      layout.forEachBlock(ofPanels: panels, blocks: 0..<layout.blocksPerPanel) { place in
        kernel(
          place.block, values + place.firstSlot, x.base + place.firstColumn * x.columns,
          y.base + place.firstRow * x.columns, x.columns, layout.stage(ofBlock: place.blockOfPanel),
          bias.map { $0 + place.firstRow }, floor)
      }
      guard let activation, activation != .relu else { return }
      let first = layout.rowRange(ofPanel: panels.lowerBound).lowerBound
      let end = layout.rowRange(ofPanel: panels.upperBound - 1).upperBound
      compute.kernels.bias_activation(
        y.base + first * y.columns, end - first, y.columns, y.columns, nil, activation.kernelName,
        activation.parameter)
    }
  }

  /// The gradient of the surviving weights, by panels on several threads.
  func sampledProductNarrow(
    _ dy: MatrixView, _ x: MatrixView, _ layout: SparseLayout, into gradients: UnsafeMutablePointer<Float>
  ) {
    forEachShareOfPanels(
      layout, batch: x.columns, (kernels.sparse_narrow_gradients, layout, dy, x, gradients)
    ) { task, panels in
      let (kernel, layout, dy, x, gradients) = task
      layout.forEachBlock(ofPanels: panels, blocks: 0..<layout.blocksPerPanel) { place in
        kernel(
          place.block, nil, x.base + place.firstColumn * x.columns, dy.base + place.firstRow * x.columns,
          x.columns, gradients + place.firstSlot, nil)
      }
    }
  }

  /// Both gradients: in one pass over the positions where blocks of columns can be shared out evenly. Where one of them holds
  /// most of the survivors, the gradient of the weights is taken apart, because panels can be.
  func bothGradientsNarrow(
    _ dy: MatrixView, _ x: MatrixView, _ layout: SparseLayout, values: UnsafePointer<Float>,
    into gradients: UnsafeMutablePointer<Float>, _ dx: MatrixView
  ) {
    let parts = parts(forSlots: layout.slots, batch: dy.columns)
    // A second pass costs about a fifth of the first.
    if parts == 1 || layout.largestColumnShare(of: parts) < 1 / Double(parts) + 0.2 {
      return gradientsNarrow(dy, x, layout, values: values, into: gradients, dx)
    }
    sampledProductNarrow(dy, x, layout, into: gradients)
    gradientsNarrow(dy, nil, layout, values: values, into: nil, dx)
  }

  /// dX = Wᵀ · dY and, in the same pass unless `gradients` is nil, the gradient of the weights; by blocks of columns on
  /// several threads, to each as many survivors as blocks allow.
  func gradientsNarrow(
    _ dy: MatrixView, _ x: MatrixView?, _ layout: SparseLayout, values: UnsafePointer<Float>,
    into gradients: UnsafeMutablePointer<Float>?, _ dx: MatrixView
  ) {
    let parts = parts(forSlots: layout.slots, batch: dy.columns)
    split(
      parts, (kernels.sparse_narrow_gradients, layout, parts, values, dy, x, gradients, dx)
    ) { task, range in
      let (kernel, layout, parts, values, dy, x, gradients, dx) = task
      for part in range {
        let blocks = layout.columnShare(part, of: parts)
        if blocks.isEmpty { continue }
        let first = layout.columnRange(ofBlock: blocks.lowerBound).lowerBound
        let end = layout.columnRange(ofBlock: blocks.upperBound - 1).upperBound
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

  private func forEachShareOfPanels<Operands>(
    _ layout: SparseLayout, batch: Int, _ operands: Operands,
    _ body: @escaping @Sendable (Operands, Range<Int>) -> Void
  ) {
    let parts = parts(forSlots: layout.slots, batch: batch)
    split(parts, (layout, parts, operands, body)) { task, range in
      let (layout, parts, operands, body) = task
      for part in range {
        let panels = layout.panelShare(part, of: parts)
        if !panels.isEmpty { body(operands, panels) }
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
