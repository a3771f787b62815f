extension SparseNOfMLayout {
  /// The first rule of the layout that this one breaks, in words; `nil` for a sound one. O(slots).
  ///
  /// A slot with position 0 and value 0 is padding, or a weight of 0 in the first column of its window.
  public var violatedInvariant: String? {
    guard Self.slotCounts.contains(slotsPerWindow), positions.values.count == groups * steps * Self.lanes,
      values.values.count == positions.values.count * Self.slotsPerStep
    else {
      let found = "\(positions.values.count) words and \(values.values.count) values"
      return "\(found) do not fit \(rows) × \(columns) with \(slotsPerWindow) slots a window"
    }
    var used = 0
    for row in 0..<groups * Self.lanes {
      for first in stride(from: 0, to: steps * Self.slotsPerStep, by: slotsPerWindow) {
        var previous = -1
        for slot in first..<first + slotsPerWindow {
          let (place, value) = self.slot(slot, ofRow: row)
          if place == 0 && value.bitPattern == 0 { continue }
          let column = slot / slotsPerWindow * Self.window + place
          guard row < rows, column < columns else { return "row \(row), column \(column) is outside" }
          guard place > previous else { return "row \(row): columns do not ascend before \(column)" }
          previous = place
          used += 1
        }
      }
    }
    return used <= survivors ? nil : "\(used) weights are laid out instead of \(survivors)"
  }

  private func slot(_ slot: Int, ofRow row: Int) -> (place: Int, value: Float) {
    let (group, lane) = row.quotientAndRemainder(dividingBy: Self.lanes)
    let (step, shift) = slot.quotientAndRemainder(dividingBy: Self.slotsPerStep)
    let word = positions.values[(group * steps + step) * Self.lanes + lane]
    let value = values.values[((group * steps + step) * Self.slotsPerStep + shift) * Self.lanes + lane]
    return (Int(word >> UInt32(4 * shift)) & 15, value)
  }
}
