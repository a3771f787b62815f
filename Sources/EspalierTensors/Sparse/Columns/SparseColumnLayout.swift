internal import CEspalierKernels

/// A packed weight matrix column after column, for products with one vector that read only the survivors of active inputs.
///
/// A survivor costs 6 bytes, 8 where there are more than 65,536 rows. Made for samples with few active inputs: a survivor
/// that is read takes longer here than in a `SparseVectorLayout`, which reads all of them.
///
/// Immutable; may be used from many threads at once.
public final class SparseColumnLayout: Sendable {
  /// The number of outputs.
  public let rows: Int
  /// The number of inputs.
  public let columns: Int
  /// The number of weights.
  public let survivors: Int
  private let starts: AlignedStorage<Int64>
  private let narrowRows: AlignedStorage<UInt16>?
  private let wideRows: AlignedStorage<UInt32>?
  private let values: AlignedStorage<Float>

  /// Lays out a matrix; costs O(survivors + columns).
  public init(_ matrix: CompressedRows) {
    rows = matrix.rows
    columns = matrix.columns
    survivors = matrix.survivors
    starts = Self.starts(of: matrix)
    values = AlignedStorage(uninitializedCount: matrix.survivors)
    if matrix.rows <= 1 << 16 {
      (narrowRows, wideRows) = (AlignedStorage(uninitializedCount: matrix.survivors), nil)
    } else {
      (narrowRows, wideRows) = (nil, AlignedStorage(uninitializedCount: matrix.survivors))
    }
    fill(from: matrix)
  }

  /// The bytes that a product with all inputs reads.
  public var byteCount: Int {
    starts.byteCount + (narrowRows?.byteCount ?? 0) + (wideRows?.byteCount ?? 0) + values.byteCount
  }

  var kernelLayout: EspalierColumnLayout {
    EspalierColumnLayout(
      rows: rows, starts: starts.base,
      row_positions: narrowRows.map { UnsafeRawPointer($0.base) } ?? UnsafeRawPointer(wideRows!.base),
      values: values.base, wide: wideRows == nil ? 0 : 1)
  }

  private static func starts(of matrix: CompressedRows) -> AlignedStorage<Int64> {
    let starts = AlignedStorage<Int64>(uninitializedCount: matrix.columns + 1)
    starts.values.update(repeating: 0)
    for column in matrix.columnIndices { starts.values[Int(column) + 1] += 1 }
    for column in 0..<matrix.columns { starts.values[column + 1] += starts.values[column] }
    return starts
  }

  private func fill(from matrix: CompressedRows) {
    var next = Array(starts.values)
    for row in 0..<rows {
      for position in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] {
        let column = Int(matrix.columnIndices[position])
        let slot = Int(next[column])
        next[column] += 1
        values.values[slot] = matrix.values[position]
        narrowRows?.values[slot] = UInt16(truncatingIfNeeded: row)
        wideRows?.values[slot] = UInt32(truncatingIfNeeded: row)
      }
    }
  }
}
