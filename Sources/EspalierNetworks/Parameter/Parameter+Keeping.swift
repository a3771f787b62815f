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
    Parameter(
      axis == 0 ? packed.keeping(rows: indices) : packed.keeping(columns: indices), role: role)
  }
}
