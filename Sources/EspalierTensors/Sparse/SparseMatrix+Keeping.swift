extension SparseMatrix {
  /// The matrix of the given rows, which must ascend. Costs O(survivors); nothing dense is made.
  public func keeping(rows: [Int]) -> SparseMatrix {
    let (starts, columns) = pattern.compressedRows
    let values = rowMajorValues
    var keptStarts = [0]
    var keptColumns: [Int32] = []
    var keptValues: [Float] = []
    for row in rows {
      keptColumns += columns[starts[row]..<starts[row + 1]]
      keptValues += values[starts[row]..<starts[row + 1]]
      keptStarts.append(keptColumns.count)
    }
    return SparseMatrix(
      rows: rows.count, columns: pattern.columns, rowStarts: keptStarts, columnIndices: keptColumns,
      rowMajorValues: keptValues)
  }

  /// The matrix of the given columns, which must ascend. Costs O(survivors + columns); nothing dense is made.
  public func keeping(columns kept: [Int]) -> SparseMatrix {
    let (starts, columns) = pattern.compressedRows
    let values = rowMajorValues
    var places = [Int32](repeating: -1, count: pattern.columns)
    for (place, column) in kept.enumerated() { places[column] = Int32(place) }
    var keptStarts = [0]
    var keptColumns: [Int32] = []
    var keptValues: [Float] = []
    for row in 0..<pattern.rows {
      for position in starts[row]..<starts[row + 1] where places[Int(columns[position])] >= 0 {
        keptColumns.append(places[Int(columns[position])])
        keptValues.append(values[position])
      }
      keptStarts.append(keptColumns.count)
    }
    return SparseMatrix(
      rows: pattern.rows, columns: kept.count, rowStarts: keptStarts, columnIndices: keptColumns,
      rowMajorValues: keptValues)
  }

  /// The matrix with `count` columns of which the given ones, which must ascend, are this matrix's, and all others are empty.
  /// Costs O(survivors).
  public func spread(to places: [Int], of count: Int) -> SparseMatrix {
    let (starts, columns) = pattern.compressedRows
    return SparseMatrix(
      rows: pattern.rows, columns: count, rowStarts: starts,
      columnIndices: columns.map { Int32(places[Int($0)]) },
      rowMajorValues: rowMajorValues)
  }
}
