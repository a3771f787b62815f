internal import EspalierTensors

extension CompressedRows {
  /// The number of places, survivors or not.
  var positions: Int { rows * columns }

  /// Calls `body` with the number of pruned positions before each survivor, back to the survivor before it.
  func forEachGap(_ body: (Int) -> Void) {
    var next = 0
    for row in 0..<rows {
      for index in rowStarts[row]..<rowStarts[row + 1] {
        let position = row * columns + Int(columnIndices[index])
        body(position - next)
        next = position + 1
      }
    }
  }

  /// Calls `body` with the bytes of each row of the dense matrix, zeros where nothing survives; only one row exists at a
  /// time.
  func forEachDenseRow<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    of element: (_ value: Float) -> Element, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    var dense = [Element](repeating: 0, count: columns)
    for row in 0..<rows {
      let survivors = rowStarts[row]..<rowStarts[row + 1]
      for index in survivors { dense[Int(columnIndices[index])] = element(values[index]) }
      try dense.withUnsafeBytes(body)
      for index in survivors { dense[Int(columnIndices[index])] = 0 }
    }
  }
}
