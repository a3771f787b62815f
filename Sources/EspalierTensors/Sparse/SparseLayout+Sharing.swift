internal import CEspalierKernels

extension SparseLayout {
  /// Part number `part` of `parts` of the panels: consecutive ones, and in every part about as much work.
  func panelShare(_ part: Int, of parts: Int) -> Range<Int> {
    share(part, of: parts, count: panels) { workBeforePanel[$0] }
  }

  /// Part number `part` of `parts` of the blocks of columns, through all panels: consecutive ones, and in every part about as
  /// much work.
  func columnShare(_ part: Int, of parts: Int) -> Range<Int> {
    share(part, of: parts, count: blocksPerPanel) { workBeforeColumns[$0] }
  }

  /// The share of all the work that the largest of these parts has.
  func largestColumnShare(of parts: Int) -> Double {
    let shares = (0..<parts).lazy.map { part in
      let blocks = columnShare(part, of: parts)
      return workBeforeColumns[blocks.upperBound] - workBeforeColumns[blocks.lowerBound]
    }
    return Double(shares.max() ?? 0) / Double(max(workBeforeColumns[blocksPerPanel], 1))
  }

  /// Part number `part` of `parts` of the blocks: consecutive ones, and in every part about as much work.
  func blockShare(_ part: Int, of parts: Int) -> Range<Int> {
    share(part, of: parts, count: blocks, workBefore: work(beforeBlock:))
  }

  private func work(beforeBlock block: Int) -> Int { slotStarts[block] + 4 * groupStarts[block] }

  /// A unit belongs to the part in which its middle lies.
  private func share(_ part: Int, of parts: Int, count: Int, workBefore: (Int) -> Int) -> Range<Int> {
    let total = workBefore(count)
    func boundary(_ part: Int) -> Int {
      if part == parts { return count }
      var (low, high) = (0, count)
      while low < high {
        let unit = (low + high) / 2
        if (workBefore(unit) + workBefore(unit + 1)) * parts >= 2 * total * part {
          high = unit
        } else {
          low = unit + 1
        }
      }
      return low
    }
    return boundary(part)..<boundary(part + 1)
  }

  /// Cuts consecutive panels at the ends of bands.
  func forEachBand(of panels: Range<Int>, _ body: (_ panels: Range<Int>) -> Void) {
    var first = panels.lowerBound
    while first < panels.upperBound {
      let end = min(panels.upperBound, band(ofPanel: first).upperBound)
      body(first..<end)
      first = end
    }
  }

  /// Whether consecutive blocks have no groups at all, so that there is nothing to do for them.
  func hasNothing(_ blocks: Range<Int>) -> Bool {
    groupStarts[blocks.lowerBound] == groupStarts[blocks.upperBound]
  }

  /// How often consecutive blocks with `columns` columns read each of these on average.
  func readings(_ blocks: Range<Int>, columns: Int) -> Int {
    (slotStarts[blocks.upperBound] - slotStarts[blocks.lowerBound]) / max(columns, 1)
  }

  /// Lends consecutive blocks of the layout to the kernels, as if they were one.
  @inline(__always)
  func withBlocks(_ range: Range<Int>, _ body: (UnsafePointer<EspalierSparseBlock>) -> Void) {
    groups.withUnsafeBufferPointer { groups in
      offsets.withUnsafeBufferPointer { offsets in
        guard let groupBase = groups.baseAddress, let offsetBase = offsets.baseAddress else { return }
        let (first, end) = (groupStarts[range.lowerBound], groupStarts[range.upperBound])
        let block = EspalierSparseBlock(
          groups: groupBase + first, group_count: end - first,
          offsets: offsetBase + slotStarts[range.lowerBound])
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
