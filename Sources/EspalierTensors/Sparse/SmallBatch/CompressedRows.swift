/// A sparse matrix as lists of columns and values, row after row: what packed layouts are built from.
///
/// Those of row r are at `rowStarts[r] ..< rowStarts[r + 1]`, in ascending columns. A dense matrix need never exist.
public struct CompressedRows: Sendable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// Where each row starts, and the end of the last.
  public let rowStarts: [Int]
  /// The column of each survivor.
  public let columnIndices: [Int32]
  /// The value of each survivor.
  public let values: [Float]

  /// The matrix of the given lists, checked once in O(survivors).
  ///
  /// Traps unless there are `rows` + 1 ascending starts from 0 to the number of columns, as many values, and every list
  /// ascends strictly within 0 ..< `columns`.
  public init(rows: Int, columns: Int, rowStarts: [Int], columnIndices: [Int32], values: [Float]) {
    precondition(
      (0...Int(Int32.max)).contains(rows) && (0...Int(Int32.max)).contains(columns),
      "a packed matrix cannot be \(rows) × \(columns)")
    precondition(
      values.count == columnIndices.count, "\(values.count) values do not fit \(columnIndices.count) columns")
    requireAscendingLists(
      rows: rows, columns: columns, rowStarts: rowStarts, columnIndices: columnIndices)
    self.rows = rows
    self.columns = columns
    self.rowStarts = rowStarts
    self.columnIndices = columnIndices
    self.values = values
  }

  /// The survivors of a dense matrix, all of it without a mask; traps unless the mask has its two-dimensional shape.
  public init(_ dense: Tensor, mask: Mask? = nil) {
    let shape = dense.shape
    precondition(shape.count == 2, "a packed matrix has two dimensions, not the shape \(shape)")
    precondition(
      mask == nil || mask!.shape == shape,
      "a mask of shape \(mask!.shape) does not fit a tensor of shape \(shape)")
    let survivors = mask?.survivors ?? dense.count
    var starts = [0]
    var indices: [Int32] = []
    var values: [Float] = []
    starts.reserveCapacity(shape[0] + 1)
    indices.reserveCapacity(survivors)
    values.reserveCapacity(survivors)
    let kept = mask ?? Mask(ones: shape)
    dense.withUnsafeValues { dense in
      kept.withUnsafeWords { words in
        for row in 0..<shape[0] {
          let first = row * shape[1]
          forEachSetBit(of: words, in: first..<first + shape[1]) {
            indices.append(Int32($0 - first))
            values.append(dense[$0])
          }
          starts.append(indices.count)
        }
      }
    }
    self.init(rows: shape[0], columns: shape[1], rowStarts: starts, columnIndices: indices, values: values)
  }

  /// The survivors of a packed matrix. Costs O(survivors).
  public init(_ matrix: SparseMatrix) {
    let (starts, indices) = matrix.pattern.compressedRows
    self.init(
      rows: matrix.pattern.rows, columns: matrix.pattern.columns, rowStarts: starts, columnIndices: indices,
      values: matrix.rowMajorValues)
  }

  /// The number of survivors.
  public var survivors: Int { columnIndices.count }
}
