internal import CEspalierKernels

extension Compute {
  /// The gradient of the surviving weights, gradient[slot of (i, j)] = Σ over the batch of dY[i, ·] · X[j, ·]: the product
  /// of dY and Xᵀ only where W has survivors, with 2 · survivors · batch floating-point operations.
  ///
  /// - Parameters:
  ///   - dy: Outputs × batch.
  ///   - x: Inputs × batch.
  ///   - pattern: Which weights survive, outputs × inputs.
  ///   - gradients: A stream of `pattern.slots` floats, overwritten; its padding with exactly 0.
  ///   - scratch: `pattern.scratchCount(batch:threads:inputGradient:)` floats.
  ///
  /// Traps when the shapes disagree. The bits do not depend on the number of threads.
  public func sampledProduct(
    _ dy: MatrixView, _ x: MatrixView, _ pattern: SparsePattern, into gradients: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    precondition(
      x.rows == pattern.columns && dy.rows == pattern.rows && x.columns == dy.columns,
      "a packed \(pattern.rows) × \(pattern.columns) matrix has no gradient from a \(dy.rows) × \(dy.columns) matrix "
        + "and a \(x.rows) × \(x.columns) one")
    let layout = pattern.layout
    guard x.columns > 0 else { return gradients.update(repeating: 0, count: layout.slots) }
    let tiles = PackedTiles(x, of: tiles(of: x.columns, for: layout), compute: self, scratch: scratch)
    let parts = parts(forSlots: layout.slots, batch: x.columns)
    split(parts) { range in
      for part in range {
        for block in layout.blockShare(part, of: parts) {
          sampledProduct(dy, tiles, layout, block: block, into: gradients + layout.slotStarts[block])
        }
      }
    }
  }

  private func sampledProduct(
    _ dy: MatrixView, _ x: PackedTiles, _ layout: SparseLayout, block: Int,
    into gradients: UnsafeMutablePointer<Float>
  ) {
    let (panel, blockOfPanel) = block.quotientAndRemainder(dividingBy: layout.blocksPerPanel)
    let rowStart = dy.base + layout.rowRange(ofPanel: panel).lowerBound * dy.columns
    let kernel = kernels.sparse_sampled_product
    layout.withBlock(block) { layoutBlock in
      for tile in 0..<x.tiles.count {
        let samples = x.tiles.range(tile)
        kernel(
          layoutBlock, x.rows(from: blockOfPanel * layout.blocking.blockColumns, tile: tile),
          rowStart + samples.lowerBound, dy.columns, samples.count, tile > 0, gradients)
      }
    }
  }
}
