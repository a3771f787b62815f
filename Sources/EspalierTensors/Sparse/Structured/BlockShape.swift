/// The size of the blocks of a mask that keeps or prunes whole blocks, on a grid from the first row and column on.
public struct BlockShape: Hashable, Sendable, CustomStringConvertible {
  /// Outputs: 4, 8 or 16.
  public let rows: Int
  /// Inputs: 1, 2, 4 or 8.
  public let columns: Int

  /// The rows that there are kernels for, lanes of vectors.
  static let rowCounts = [16, 8, 4]
  /// The columns that there are kernels for; more of them save nothing that could be measured.
  static let columnCounts = [8, 4, 2, 1]

  /// Traps for other numbers.
  public init(rows: Int, columns: Int) {
    precondition(
      Self.rowCounts.contains(rows) && Self.columnCounts.contains(columns),
      "there are no kernels for blocks of \(rows) × \(columns)")
    (self.rows, self.columns) = (rows, columns)
  }

  /// The largest blocks that a matrix consists of; nil where it has none that pay.
  ///
  /// Rows and columns can be found apart: where every r rows of the grid have the same survivors, and those of a row come in
  /// whole runs of c columns, each r × c block survives or is pruned as one. Blocks pay from four rows on (a lane each, and
  /// one load of an input for all), and where at most a quarter of the grid's rows, and of its columns, lies beyond the
  /// matrix, which has at least one block's columns. Costs O(survivors), for a matrix without such blocks mostly much less.
  public static func largest(of matrix: CompressedRows) -> BlockShape? {
    func fits(_ size: Int, _ count: Int) -> Bool { (count + size - 1) / size * size * 3 <= count * 4 }
    guard let rows = rowCounts.first(where: { fits($0, matrix.rows) && matrix.repeatsRows($0) }),
      let columns = columnCounts.first(where: {
        $0 <= matrix.columns && fits($0, matrix.columns) && matrix.hasRuns($0)
      })
    else { return nil }
    return BlockShape(rows: rows, columns: columns)
  }

  /// Whether a matrix consists of such blocks.
  func divides(_ matrix: CompressedRows) -> Bool {
    columns <= matrix.columns && matrix.repeatsRows(rows) && matrix.hasRuns(columns)
  }

  /// Such as `16×1`.
  public var description: String { "\(rows)×\(columns)" }
}

extension CompressedRows {
  /// Whether the rows of each group of `size` have the same survivors.
  fileprivate func repeatsRows(_ size: Int) -> Bool {
    columnIndices.withUnsafeBufferPointer { indices in
      (0..<rows).allSatisfy { row in
        let leader = row / size * size
        return row == leader
          || indices[rowStarts[row]..<rowStarts[row + 1]].elementsEqual(
            indices[rowStarts[leader]..<rowStarts[leader + 1]])
      }
    }
  }

  /// Whether the survivors of each row come in whole runs of `size` columns; the last run ends with the matrix.
  fileprivate func hasRuns(_ size: Int) -> Bool {
    guard size > 1 else { return true }
    return columnIndices.withUnsafeBufferPointer { indices in
      (0..<rows).allSatisfy { row in
        var position = rowStarts[row]
        while position < rowStarts[row + 1] {
          let first = Int(indices[position])
          let count = min(size, columns - first)
          // Columns ascend strictly: the last of a run is where it should be only if none is missing.
          guard first % size == 0, position + count <= rowStarts[row + 1],
            Int(indices[position + count - 1]) == first + count - 1
          else { return false }
          position += count
        }
        return true
      }
    }
  }
}
