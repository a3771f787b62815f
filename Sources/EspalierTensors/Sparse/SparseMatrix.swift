/// A matrix of which only the surviving weights are kept: a shared pattern and a stream of values in its slots.
///
/// Value semantics; copies share the pattern for good and the values until they are mutated. Packing and unpacking give
/// back exactly the same numbers, bit for bit.
public struct SparseMatrix: Sendable {
  /// Which weights survive.
  public let pattern: SparsePattern
  /// One value a slot, 0 in padding; of the shape [`pattern.slots`].
  public private(set) var values: Tensor

  /// The matrix with the given stream of values; traps unless there is one a slot. Whoever made it kept the padding at 0.
  public init(_ pattern: SparsePattern, values: Tensor) {
    precondition(
      values.count == pattern.slots,
      "\(values.count) values do not fill the \(pattern.slots) slots of a pattern")
    self.pattern = pattern
    self.values = values
  }

  /// A matrix of zeros.
  public init(zeros pattern: SparsePattern) {
    self.pattern = pattern
    values = Tensor(zeros: [pattern.slots])
  }

  /// The survivors of `dense`; traps unless the mask has its two-dimensional shape.
  public init(_ dense: Tensor, mask: Mask) {
    precondition(
      mask.shape == dense.shape, "a mask of shape \(mask.shape) does not fit a tensor of shape \(dense.shape)"
    )
    self.init(zeros: SparsePattern(mask))
    pack(dense)
  }

  /// A matrix from its compressed rows: lists of columns as `SparsePattern.init(rows:columns:rowStarts:columnIndices:)` takes
  /// them, and their values in the same order; traps unless there are as many values as columns.
  public init(rows: Int, columns: Int, rowStarts: [Int], columnIndices: [Int32], rowMajorValues: [Float]) {
    precondition(
      rowMajorValues.count == columnIndices.count,
      "\(rowMajorValues.count) values do not fit \(columnIndices.count) columns")
    self.init(
      zeros: SparsePattern(rows: rows, columns: columns, rowStarts: rowStarts, columnIndices: columnIndices))
    setRowMajorValues(rowMajorValues)
  }

  /// A matrix whose values `draw` gives, asked by row, survivor after survivor in row-major order.
  package init(_ pattern: SparsePattern, drawing draw: (_ row: Int) -> Float) {
    self.init(zeros: pattern)
    values.withUnsafeMutableValues { stream in
      pattern.forEachSurvivorByRow { _, survivor in stream[Int(survivor.slot)] = draw(Int(survivor.row)) }
    }
  }

  /// Takes over one value a survivor, in row-major order; traps unless there are as many.
  public mutating func setRowMajorValues(_ ordered: [Float]) {
    precondition(
      ordered.count == pattern.survivors, "\(ordered.count) values do not fit \(pattern.survivors) survivors")
    let pattern = pattern
    values.withUnsafeMutableValues { stream in
      pattern.forEachSurvivorByRow { index, survivor in stream[Int(survivor.slot)] = ordered[index] }
    }
  }

  /// Takes over the survivors of a dense matrix of the same shape, or of a tensor whose first dimension are the rows.
  public mutating func pack(_ dense: Tensor) {
    precondition(
      dense.shape.first == pattern.rows && dense.count == pattern.rows * pattern.columns,
      "a tensor of shape \(dense.shape) does not fit a \(pattern.rows) × \(pattern.columns) pattern")
    let pattern = pattern
    values.withUnsafeMutableValues { stream in
      dense.withUnsafeValues { dense in
        pattern.forEachSurvivor { row, column, slot in stream[slot] = dense[row * pattern.columns + column] }
      }
    }
  }

  /// The dense matrix, 0 where nothing survives: rows · columns numbers.
  public var dense: Tensor {
    var dense = Tensor(zeros: [pattern.rows, pattern.columns])
    dense.withUnsafeMutableValues { dense in
      values.withUnsafeValues { stream in
        pattern.forEachSurvivor { row, column, slot in dense[row * pattern.columns + column] = stream[slot] }
      }
    }
    return dense
  }

  /// The values of the survivors in row-major order.
  public var rowMajorValues: [Float] {
    values.withUnsafeValues { stream in
      var ordered: [Float] = []
      ordered.reserveCapacity(pattern.survivors)
      pattern.forEachSurvivorByRow { _, survivor in ordered.append(stream[Int(survivor.slot)]) }
      return ordered
    }
  }

  /// Lends the stream of values for writing; whoever writes keeps the padding at 0.
  public mutating func withUnsafeMutableValues<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try values.withUnsafeMutableValues(body)
  }
}
