public import EspalierNetworks
internal import EspalierTensors

extension Parameter {
  /// How many values of each column are not zero: for a weight [outputs, inputs], how many connections each input has
  /// left. Traps unless the shape has two dimensions. One pass over the stored values.
  public var columnSurvivors: [Int] {
    precondition(shape.count == 2, "a parameter of shape \(shape) has no columns: it is no matrix")
    let columns = shape[1]
    var counts = [Int](repeating: 0, count: columns)
    if let packed {
      for (column, value) in zip(packed.pattern.compressedRows.columnIndices, packed.rowMajorValues)
      where value != 0 { counts[Int(column)] += 1 }
      return counts
    }
    withUnsafeStoredValues { values in
      for row in stride(from: 0, to: values.count, by: max(columns, 1)) {
        for column in 0..<columns where values[row + column] != 0 { counts[column] += 1 }
      }
    }
    return counts
  }
}
