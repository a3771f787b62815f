internal import EspalierTensors

extension Parameter {
  /// The parameter with the given indices of an axis only, in the given ascending order: masks are sliced like values, and a
  /// packed parameter is never made dense.
  ///
  /// Traps unless the indices ascend within the axis. Costs one pass over the stored values.
  public func keeping(_ indices: [Int], axis: Int) -> Parameter {
    precondition(
      shape.indices.contains(axis) && zip(indices, indices.dropFirst()).allSatisfy(<)
        && indices.allSatisfy { 0..<shape[axis] ~= $0 },
      "indices \(indices) do not ascend within axis \(axis) of \(shape)")
    if indices.count == shape[axis] { return self }
    if let packed { return keeping(indices, axis: axis, of: packed) }
    var kept = Parameter(storage.keeping(indices, axis: axis), role: role)
    kept.denseMask = denseMask?.keeping(indices, axis: axis)
    return kept
  }

  private func keeping(_ indices: [Int], axis: Int, of packed: SparseMatrix) -> Parameter {
    var kept = shape
    kept[axis] = indices.count
    guard axis > 0 else { return Parameter(packed.keeping(rows: indices), shape: kept, role: role) }
    let (length, inner, wanted) = (shape[axis], shape[(axis + 1)...].reduce(1, *), Set(indices))
    let columns = (0..<packed.pattern.columns).filter { wanted.contains($0 / inner % length) }
    return Parameter(packed.keeping(columns: columns), shape: kept, role: role)
  }

  /// Prunes all values at the given indices of an axis. Costs one pass over the stored values.
  package mutating func prune(_ indices: Set<Int>, axis: Int) {
    let length = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    if let packed {
      let columns = packed.pattern.columns
      let kept = packed.filtered { row, column, _ in
        !indices.contains((row * columns + column) / inner % length)
      }
      storage = kept.values
      pattern = kept.pattern
    } else {
      var kept = Mask(ones: shape)
      for index in 0..<count where indices.contains(index / inner % length) { kept[index] = false }
      prune(keeping: kept)
    }
  }

  /// Visits every stored value that is not 0 with its row-major index.
  package func forEachNonzero(_ body: (_ index: Int, _ value: Float) -> Void) {
    if let packed {
      let (starts, columns) = packed.pattern.compressedRows
      let values = packed.rowMajorValues
      for row in 0..<packed.pattern.rows {
        for position in starts[row]..<starts[row + 1] where values[position] != 0 {
          body(row * packed.pattern.columns + Int(columns[position]), values[position])
        }
      }
    } else {
      withUnsafeStoredValues { values in
        for index in values.indices where values[index] != 0 { body(index, values[index]) }
      }
    }
  }
}
