internal import CEspalierKernels

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

extension SparseLayout {
  /// Part number `part` of `parts` of the panels, each panel taken as `unitsPerPanel` units of equal work: consecutive
  /// units, and in every part about as much work, which is that of the slots and some for every group.
  func share(_ part: Int, of parts: Int, unitsPerPanel: Int) -> Range<Int> {
    let total = work(beforeBlock: blocks)
    let units = panels * unitsPerPanel
    func boundary(_ part: Int) -> Int {
      firstIndex(in: units) { unit in
        let (panel, within) = unit.quotientAndRemainder(dividingBy: unitsPerPanel)
        let before = work(beforeBlock: panel * blocksPerPanel)
        let own = within == 0 ? 0 : work(beforeBlock: (panel + 1) * blocksPerPanel) - before
        return (before * unitsPerPanel + own * within) * parts >= total * part * unitsPerPanel
      }
    }
    return boundary(part)..<(part + 1 == parts ? units : boundary(part + 1))
  }

  /// Part number `part` of `parts` of the blocks: consecutive ones, and in every part about as much work.
  func blockShare(_ part: Int, of parts: Int) -> Range<Int> {
    let total = work(beforeBlock: blocks)
    func boundary(_ part: Int) -> Int {
      firstIndex(in: blocks) { work(beforeBlock: $0) * parts >= total * part }
    }
    return boundary(part)..<(part + 1 == parts ? blocks : boundary(part + 1))
  }

  private func work(beforeBlock block: Int) -> Int { slotStarts[block] + 4 * groupStarts[block] }

  /// The first index from which on the predicate holds, by bisection.
  private func firstIndex(in count: Int, where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
