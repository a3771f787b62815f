internal import CEspalierKernels

extension SparseMatrix {
  /// The first rule of the packed form that this matrix breaks, in words; `nil` for a sound one. O(slots).
  public var violatedInvariant: String? {
    guard values.shape == [pattern.slots] else {
      return "values of shape \(values.shape) do not fill \(pattern.slots) slots"
    }
    if let violation = pattern.violatedInvariant { return violation }
    var isPadding = [Bool](repeating: true, count: pattern.slots)
    pattern.forEachSurvivor { _, _, slot in isPadding[slot] = false }
    return values.withUnsafeValues { stream in
      stream.indices.first { isPadding[$0] && stream[$0].bitPattern != 0 }
        .map { "padding slot \($0) holds \(stream[$0])" }
    }
  }
}

extension SparsePattern {
  /// The first rule of the packed form that this pattern breaks, in words; `nil` for a sound one. O(slots).
  public var violatedInvariant: String? {
    if let violation = layout.violatedInvariant { return violation }
    var count = 0
    forEachSurvivor { _, _, _ in count += 1 }
    return count == survivors ? nil : "\(count) survivors are laid out instead of \(survivors)"
  }
}

extension SparseLayout {
  var violatedInvariant: String? {
    guard groupStarts.count == blocks + 1, slotStarts.count == blocks + 1, groupStarts.last == groups.count,
      slotStarts.last == slots
    else { return "the starts do not cover \(groups.count) groups and \(slots) slots of \(blocks) blocks" }
    for block in 0..<blocks {
      if let violation = violatedInvariant(ofBlock: block) { return "block \(block): \(violation)" }
    }
    return nil
  }

  private func violatedInvariant(ofBlock index: Int) -> String? {
    let (panel, block) = place(ofIndex: index)
    guard self.index(ofPanel: panel, block: block) == index else { return "it is not where it belongs" }
    let rowCount = rowRange(ofPanel: panel).count
    let width = columnRange(ofBlock: block).count
    var isPlaced = [Bool](repeating: false, count: rowCount)
    var previous = Int.max
    var slot = slotStarts[index]
    for group in groups[groupStarts[index]..<groupStarts[index + 1]] {
      let rows = [group.rows.0, group.rows.1, group.rows.2, group.rows.3].map(Int.init)
      let counts = [group.counts.0, group.counts.1, group.counts.2, group.counts.3].map(Int.init)
      for (row, count) in zip(rows, counts) {
        guard count <= previous else { return "row \(row) has more survivors than the one before it" }
        previous = count
        if row == Int(ESPALIER_NO_ROW) { continue }
        guard row < rowCount, !isPlaced[row] else { return "row \(row) is outside or comes twice" }
        isPlaced[row] = true
      }
      let end = slot + 4 * counts[0]
      guard end <= slotStarts[index + 1] else { return "the groups need more slots than the block has" }
      guard offsets[slot..<end].allSatisfy({ $0 < width }) else { return "a column is outside" }
      for member in 0..<4 {
        let columns = (0..<counts[member]).map { offsets[slot + 4 * $0 + member] }
        guard zip(columns, columns.dropFirst()).allSatisfy(<) else { return "columns do not ascend" }
      }
      slot = end
    }
    guard slot == slotStarts[index + 1] else { return "the groups leave slots over" }
    let startsOrFinishesSums = block == 0 || block == blocksPerPanel - 1
    guard !startsOrFinishesSums || isPlaced.allSatisfy({ $0 }) else { return "a row is missing" }
    return nil
  }
}
