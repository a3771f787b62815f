internal import CEspalierKernels

extension SparseMatrix {
  /// The matrix of the survivors that `keeps` names by row, column and position in row-major order, each asked once and in
  /// that order. Costs O(survivors); the pattern is built anew.
  public func filtered(_ keeps: (_ row: Int, _ column: Int, _ position: Int) -> Bool) -> SparseMatrix {
    let (starts, columns) = pattern.compressedRows
    let values = rowMajorValues
    var keptStarts = [0]
    var keptColumns: [Int32] = []
    var keptValues: [Float] = []
    keptStarts.reserveCapacity(starts.count)
    for row in 0..<pattern.rows {
      for position in starts[row]..<starts[row + 1] where keeps(row, Int(columns[position]), position) {
        keptColumns.append(columns[position])
        keptValues.append(values[position])
      }
      keptStarts.append(keptColumns.count)
    }
    return SparseMatrix(
      rows: pattern.rows, columns: pattern.columns, rowStarts: keptStarts, columnIndices: keptColumns,
      rowMajorValues: keptValues)
  }

  /// The same numbers in the slots of another pattern of the same shape: 0 where this one has no survivor; survivors that
  /// the other pattern lacks are lost. Costs O(survivors) of both.
  public func moved(to other: SparsePattern) -> SparseMatrix {
    precondition(
      other.rows == pattern.rows && other.columns == pattern.columns,
      "a \(pattern.rows) × \(pattern.columns) matrix does not fit a \(other.rows) × \(other.columns) pattern")
    let (starts, columns) = pattern.compressedRows
    let (otherStarts, otherColumns) = other.compressedRows
    let old = rowMajorValues
    var new = [Float](repeating: 0, count: otherColumns.count)
    for row in 0..<pattern.rows {
      var position = starts[row]
      for target in otherStarts[row]..<otherStarts[row + 1] {
        while position < starts[row + 1], columns[position] < otherColumns[target] { position += 1 }
        if position < starts[row + 1], columns[position] == otherColumns[target] {
          new[target] = old[position]
        }
      }
    }
    var matrix = SparseMatrix(zeros: other)
    matrix.setRowMajorValues(new)
    return matrix
  }

  /// The population standard deviation over all rows · columns values, zeros included; 0 for an empty matrix.
  public var standardDeviation: Double {
    let count = Double(pattern.rows) * Double(pattern.columns)
    guard count > 0 else { return 0 }
    let (sum, _) = values.moments(about: 0)
    let mean = sum / count
    // Zeros outside the stream are off by the mean, and so are those in its padding.
    let squares = values.moments(about: mean).squares + (count - Double(values.count)) * mean * mean
    return (max(squares, 0) / count).squareRoot()
  }
}
