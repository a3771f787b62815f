extension SparseBlockLayout {
  /// The first rule of the layout that this one breaks, in words; `nil` for a sound one. O(survivors).
  public var violatedInvariant: String? {
    let weights = shape.rows * shape.columns
    guard blockRows == (rows + shape.rows - 1) / shape.rows, starts.values.first == 0,
      Int(starts.values[blockRows]) == blocks, values.values.count == blocks * weights
    else { return "the starts do not cover \(blocks) blocks of \(values.values.count) values" }
    var inside = 0
    for row in 0..<blockRows {
      let (first, end) = (Int(starts.values[row]), Int(starts.values[row + 1]))
      guard first <= end, end * weights % BlockBuilder.lanes == 0 else {
        return "row of blocks \(row) ends before it starts or within a vector"
      }
      var next = 0
      for block in first..<end {
        if let violation = violatedInvariant(ofBlock: block, row: row, next: &next, inside: &inside) {
          return "block \(block): \(violation)"
        }
      }
    }
    return inside == survivors ? nil : "\(inside) weights are laid out instead of \(survivors)"
  }

  /// `next` is the first column that a block of the row may own; `inside` counts the places of weights.
  private func violatedInvariant(ofBlock block: Int, row: Int, next: inout Int, inside: inout Int) -> String?
  {
    let first = firstColumn(of: block)
    guard first + shape.columns <= columns else { return "column \(first) is outside" }
    // The last block of the grid is moved to end with the matrix; padding follows a block, and is at column 0.
    let owned = (first + shape.columns - 1) / shape.columns * shape.columns
    let isPadding = owned < next
    let rowCount = min(shape.rows, rows - row * shape.rows)
    for k in 0..<shape.columns {
      for lane in 0..<shape.rows {
        let isPlace = !isPadding && first + k >= owned && lane < rowCount
        let value = values.values[(block * shape.columns + k) * shape.rows + lane]
        guard isPlace || value.bitPattern == 0 else { return "\(value) belongs to no weight" }
        inside += isPlace ? 1 : 0
      }
    }
    if !isPadding { next = owned + shape.columns }
    return nil
  }
}
