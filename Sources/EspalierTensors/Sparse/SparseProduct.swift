internal import CEspalierKernels

/// One product of a packed matrix and a batch: Y = f(W · X + bias).
struct SparseProduct {
  private let compute: Compute
  private let kernels: EspalierKernels
  private let layout: SparseLayout
  private let x: PackedTiles
  private let y: MatrixView
  private let bias: UnsafePointer<Float>?
  private let activation: Activation?
  private let buffers: UnsafeMutablePointer<Float>

  /// Puts the rows of x into tiles. `scratch` holds those, and a buffer for the values of one block for each thread.
  init(
    compute: Compute, layout: SparseLayout, x: MatrixView, y: MatrixView, bias: UnsafePointer<Float>?,
    activation: Activation?, scratch: UnsafeMutablePointer<Float>
  ) {
    self.compute = compute
    kernels = compute.kernels
    self.layout = layout
    self.x = PackedTiles(x, of: compute.tiles(of: x.columns, for: layout), compute: compute, scratch: scratch)
    self.y = y
    self.bias = bias
    self.activation = activation
    buffers = scratch + self.x.scratchCount
  }

  /// Computes all panels. `values` gives the values of a block; it may put them into the buffer, which is its thread's own.
  func run(values: (_ block: Int, _ buffer: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>) {
    let units = layout.panels * x.tiles.count
    guard units > 0 else { return }
    let parts = compute.parts(forSlots: layout.slots, batch: x.tiles.batch)
    compute.split(parts) { range in
      for part in range {
        let share = layout.share(part, of: parts, unitsPerPanel: x.tiles.count)
        guard !share.isEmpty else { continue }
        let buffer = buffers + part * layout.largestBlock
        for panel in share.lowerBound / x.tiles.count...(share.upperBound - 1) / x.tiles.count {
          let first = panel * x.tiles.count
          let tiles = share.clamped(to: first..<first + x.tiles.count)
          multiply(panel, tiles: tiles.lowerBound - first..<tiles.upperBound - first) { values($0, buffer) }
        }
      }
    }
  }

  private func multiply(_ panel: Int, tiles: Range<Int>, values: (_ block: Int) -> UnsafePointer<Float>) {
    let rows = layout.rowRange(ofPanel: panel)
    let rowStart = y.base + rows.lowerBound * y.columns
    let floor: Float = activation == .relu ? 0 : -.infinity
    for block in 0..<layout.blocksPerPanel {
      let index = panel * layout.blocksPerPanel + block
      let stage = layout.stage(ofBlock: block)
      let blockValues = values(index)
      layout.withBlock(index) { layoutBlock in
        for tile in tiles {
          let samples = x.tiles.range(tile)
          kernels.sparse_product(
            layoutBlock, blockValues, x.rows(from: block * layout.blocking.blockColumns, tile: tile),
            rowStart + samples.lowerBound, y.columns, samples.count, stage,
            bias.map { $0 + rows.lowerBound }, floor)
        }
      }
    }
    if let activation, activation != .relu { apply(activation, to: rows, tiles: tiles) }
  }

  /// The activations that the kernel does not fuse, while the panel's sums are still in the cache.
  private func apply(_ activation: Activation, to rows: Range<Int>, tiles: Range<Int>) {
    let first = x.tiles.range(tiles.lowerBound).lowerBound
    let end = x.tiles.range(tiles.upperBound - 1).upperBound
    kernels.bias_activation(
      y.base + rows.lowerBound * y.columns + first, rows.count, end - first, y.columns, nil,
      activation.kernelName, activation.parameter)
  }
}

extension SparseLayout {
  /// Lends a block of the layout to the kernels.
  @inline(__always)
  func withBlock(_ index: Int, _ body: (UnsafePointer<EspalierSparseBlock>) -> Void) {
    groups.withUnsafeBufferPointer { groups in
      offsets.withUnsafeBufferPointer { offsets in
        guard let groupBase = groups.baseAddress, let offsetBase = offsets.baseAddress else { return }
        let block = EspalierSparseBlock(
          groups: groupBase + groupStarts[index], group_count: groupStarts[index + 1] - groupStarts[index],
          offsets: offsetBase + slotStarts[index])
        withUnsafePointer(to: block, body)
      }
    }
  }

  /// The stage of the sums of a panel at one of its blocks.
  func stage(ofBlock block: Int) -> EspalierSparseStage {
    switch (block == 0, block == blocksPerPanel - 1) {
    case (false, false): ESPALIER_SPARSE_MIDDLE
    case (true, false): ESPALIER_SPARSE_FIRST
    case (false, true): ESPALIER_SPARSE_LAST
    case (true, true): ESPALIER_SPARSE_ONLY
    }
  }
}
