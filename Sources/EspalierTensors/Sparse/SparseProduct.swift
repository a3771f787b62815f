internal import CEspalierKernels

/// One product of a packed matrix and a batch: Y = f(W · X + bias).
struct SparseProduct {
  private let compute: Compute
  private let layout: SparseLayout
  private let packer: TilePacker
  private let y: MatrixView
  private let bias: UnsafePointer<Float>?
  private let activation: Activation?
  private let values: Values

  /// Where the values of the layout's slots come from.
  enum Values {
    /// A stream in the order of the slots.
    case stream(UnsafePointer<Float>)
    /// A stream in another order, and for each slot the place there.
    case permuted(UnsafePointer<Float>, positions: UnsafePointer<UInt32>?)
  }

  init(
    compute: Compute, layout: SparseLayout, values: Values, x: MatrixView, y: MatrixView,
    bias: UnsafePointer<Float>? = nil, activation: Activation? = nil
  ) {
    self.compute = compute
    self.layout = layout
    packer = TilePacker(x, tiles: compute.tiles(of: x.columns, for: layout), compute: compute)
    self.y = y
    self.bias = bias
    self.activation = activation
    self.values = values
  }

  private var kernels: EspalierKernels { compute.kernels }

  /// Computes all panels, each thread with its own part of the scratch memory.
  func run(scratch: UnsafeMutablePointer<Float>) {
    let parts = compute.parts(forSlots: layout.slots, batch: y.columns)
    compute.split(parts, (self, scratch, parts)) { task, range in
      let (product, scratch, parts) = task
      for part in range { product.compute(part, of: parts, scratch: scratch) }
    }
  }

  /// Computes a thread's share of the panels.
  private func compute(_ part: Int, of parts: Int, scratch: UnsafeMutablePointer<Float>) {
    let tileCount = BatchTiles.runCount(batch: y.columns, columns: layout.blocking.blockColumns)
    let tiles = scratch + part * (tileCount + bufferCount)
    for run in packer.tiles.runs {
      layout.forEachBand(of: layout.panelShare(part, of: parts)) { panels in
        multiply(panels, run, tileBuffer: tiles, valueBuffer: tiles + tileCount)
      }
    }
  }

  /// The floats that a thread needs to put values in order.
  private var bufferCount: Int {
    if case .permuted = values { layout.largestStrip } else { 0 }
  }

  /// The values of consecutive blocks, put in order in the buffer if they are not.
  private func orderedValues(
    of blocks: Range<Int>, buffer: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let slots = layout.slotStarts[blocks.lowerBound]..<layout.slotStarts[blocks.upperBound]
    switch values {
    case .stream(let values): return values + slots.lowerBound
    case .permuted(let values, let positions):
      if let positions, !slots.isEmpty {
        layout.withBlocks(blocks) {
          kernels.sparse_gather_values($0, buffer, values, positions + slots.lowerBound, slots.count)
        }
      }
      return UnsafePointer(buffer)
    }
  }

  /// The panels, all of one band, times the tiles of a run.
  private func multiply(
    _ panels: Range<Int>, _ run: Range<Int>, tileBuffer: UnsafeMutablePointer<Float>,
    valueBuffer: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<layout.blocksPerPanel {
      let first = layout.index(ofPanel: panels.lowerBound, block: block)
      let stage = layout.stage(ofBlock: block)
      if layout.hasNothing(first..<first + panels.count) { continue }
      let features = layout.columnRange(ofBlock: block)
      let readings = layout.readings(first..<first + panels.count, columns: features.count)
      let tiles = packer.pack(run, of: features, readings: readings, into: tileBuffer)
      let blockValues = orderedValues(of: first..<first + panels.count, buffer: valueBuffer)
      for tile in run {
        for panel in panels {
          multiply(
            panel, index: first + panel - panels.lowerBound, stage: stage,
            values: blockValues - layout.slotStarts[first], tile: tiles[tile],
            samples: packer.tiles.range(tile))
        }
      }
    }
    if let activation, activation != .relu { apply(activation, to: panels, run) }
  }

  private func multiply(
    _ panel: Int, index: Int, stage: EspalierSparseStage, values: UnsafePointer<Float>,
    tile: TilePacker.Tile, samples: Range<Int>
  ) {
    let firstRow = layout.rowRange(ofPanel: panel).lowerBound
    layout.withBlocks(index..<index + 1) { block in
      kernels.sparse_product(
        block, values + layout.slotStarts[index], tile.base, tile.stride,
        y.base + firstRow * y.columns + samples.lowerBound, y.columns, samples.count, stage,
        bias.map { $0 + firstRow }, activation == .relu ? 0 : -.infinity)
    }
  }

  /// The activations that the kernel does not fuse, while the sums are still in the cache.
  private func apply(_ activation: Activation, to panels: Range<Int>, _ run: Range<Int>) {
    let firstRow = layout.rowRange(ofPanel: panels.lowerBound).lowerBound
    let endRow = layout.rowRange(ofPanel: panels.upperBound - 1).upperBound
    let first = packer.tiles.range(run.lowerBound).lowerBound
    let end = packer.tiles.range(run.upperBound - 1).upperBound
    kernels.bias_activation(
      y.base + firstRow * y.columns + first, endRow - firstRow, end - first, y.columns, nil,
      activation.kernelName, activation.parameter)
  }
}

extension Compute {
  /// Below this many floating-point operations a thread's share is not worth handing over.
  private static let leastOperationsPerThread = 1_000_000

  /// Into how many parts a product with that many slots is split.
  func parts(forSlots slots: Int, batch: Int) -> Int {
    max(1, min(threads, 2 * slots * batch / Self.leastOperationsPerThread))
  }

  /// The tiles of a batch: as wide as the instruction set's kernels take them and the layout's blocks allow.
  func tiles(of batch: Int, for layout: SparseLayout) -> BatchTiles {
    BatchTiles(batch: batch, samples: min(kernels.tile_columns, layout.blocking.widestTile))
  }
}
