internal import CEspalierKernels

/// One sampled product: dY · Xᵀ where a layout has survivors.
struct SparseGradient {
  let compute: Compute
  let layout: SparseLayout
  let x: MatrixView
  let dy: MatrixView
  let gradients: UnsafeMutablePointer<Float>

  /// Computes all blocks, each thread with its own part of the scratch memory.
  func run(scratch: UnsafeMutablePointer<Float>) {
    guard x.columns > 0 else { return gradients.update(repeating: 0, count: layout.slots) }
    let packer = TilePacker(x, tiles: compute.tiles(of: x.columns, for: layout), compute: compute)
    let parts = compute.parts(forSlots: layout.slots, batch: x.columns)
    compute.split(parts, (self, packer, scratch, parts)) { task, range in
      let (product, packer, scratch, parts) = task
      for part in range { product.compute(part, of: parts, packer, scratch: scratch) }
    }
  }

  /// Computes a thread's share of the blocks.
  private func compute(
    _ part: Int, of parts: Int, _ packer: TilePacker, scratch: UnsafeMutablePointer<Float>
  ) {
    let tiles = scratch + part * BatchTiles.runCount(batch: x.columns, columns: layout.blocking.blockColumns)
    for run in packer.tiles.runs {
      forEachStrip(of: layout.blockShare(part, of: parts)) { first, panels, block in
        multiply(packer, first, panels, block: block, run, tileBuffer: tiles)
      }
    }
  }

  /// Cuts consecutive blocks into those of one band at the same columns.
  private func forEachStrip(
    of blocks: Range<Int>, _ body: (_ first: Int, _ panels: Range<Int>, _ block: Int) -> Void
  ) {
    var first = blocks.lowerBound
    while first < blocks.upperBound {
      let (panel, block) = layout.place(ofIndex: first)
      let count = min(layout.band(ofPanel: panel).upperBound - panel, blocks.upperBound - first)
      body(first, panel..<panel + count, block)
      first += count
    }
  }

  private func multiply(
    _ packer: TilePacker, _ first: Int, _ panels: Range<Int>, block: Int, _ run: Range<Int>,
    tileBuffer: UnsafeMutablePointer<Float>
  ) {
    guard layout.slotStarts[first] < layout.slotStarts[first + panels.count] else { return }
    let features = layout.columnRange(ofBlock: block)
    let readings = layout.readings(first..<first + panels.count, columns: features.count)
    let tiles = packer.pack(run, of: features, readings: readings, into: tileBuffer)
    let kernel = compute.kernels.sparse_sampled_product
    for tile in run {
      let samples = packer.tiles.range(tile)
      for panel in panels {
        let index = first + panel - panels.lowerBound
        let rowStart = dy.base + layout.rowRange(ofPanel: panel).lowerBound * dy.columns
        layout.withBlocks(index..<index + 1) {
          kernel(
            $0, tiles[tile].base, tiles[tile].stride, rowStart + samples.lowerBound, dy.columns,
            samples.count, tile > 0, gradients + layout.slotStarts[index])
        }
      }
    }
  }
}
