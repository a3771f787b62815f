import EspalierTensors
import Testing

@Suite("The structure of a mask")
struct DetectionTests {
  /// The survivors of a matrix where `isKept` says so.
  private func matrix(_ rows: Int, _ columns: Int, _ isKept: (Int, Int) -> Bool) -> CompressedRows {
    let lists = (0..<rows).map { row in (0..<columns).filter { isKept(row, $0) }.map(Int32.init) }
    let starts = lists.reduce(into: [0]) { $0.append($0.last! + $1.count) }
    return CompressedRows(
      rows: rows, columns: columns, rowStarts: starts, columnIndices: lists.flatMap { $0 },
      values: [Float](repeating: 1, count: starts.last!))
  }

  /// The largest blocks by their definition: every block of the grid, as far as it lies in the matrix, is of one kind.
  private func largestBlocks(_ rows: Int, _ columns: Int, _ isKept: (Int, Int) -> Bool) -> BlockShape? {
    var best: BlockShape?
    for r in [4, 8, 16] where (rows + r - 1) / r * r * 3 <= rows * 4 {
      for c in [1, 2, 4, 8] where c <= columns && (columns + c - 1) / c * c * 3 <= columns * 4 {
        let isGrid = (0..<rows).allSatisfy { row in
          (0..<columns).allSatisfy { isKept(row, $0) == isKept(row / r * r, $0 / c * c) }
        }
        if isGrid, r * c > (best.map { $0.rows * $0.columns } ?? 0) { best = BlockShape(rows: r, columns: c) }
      }
    }
    return best
  }

  @Test("The largest blocks of all masks of 3 × 4, 4 × 3 and 6 × 2, and of those that repeat rows")
  func blocksOfSmallMasks() {
    for (rows, columns) in [(3, 4), (4, 3), (6, 2)] {
      for bits in 0..<1 << (rows * columns) {
        let isKept = { (row: Int, column: Int) in bits >> (row * columns + column) & 1 == 1 }
        let matrix = matrix(rows, columns, isKept)
        let found = BlockShape.largest(of: matrix)
        #expect(found == largestBlocks(rows, columns, isKept), "\(rows) × \(columns), bits \(bits)")
        let layout = SparseBlockLayout(matrix)
        #expect(
          layout?.shape == found && layout?.violatedInvariant == nil, "\(rows) × \(columns), bits \(bits)")
      }
    }
    // Two rows of bits, each repeated: blocks of every size come up.
    for rows in [7, 8, 13, 16, 24] {
      for repetition in [4, 8] {
        for bits in 0..<1 << 8 {
          let isKept = { (row: Int, column: Int) in bits >> (row / repetition % 2 * 4 + column) & 1 == 1 }
          let found = BlockShape.largest(of: matrix(rows, 4, isKept))
          #expect(
            found == largestBlocks(rows, 4, isKept), "\(rows) rows, each \(repetition) times, bits \(bits)")
        }
      }
    }
  }

  @Test("Blocks of every size are found again, and one weight more or less breaks them")
  func blocksAreFound() {
    for r in [4, 8, 16] {
      for c in [1, 2, 4, 8] {
        let isKept = { (row: Int, column: Int) in
          (row / r * 7 + column / c * 5 + row / r * (column / c)) % 3 == 0
        }
        #expect(BlockShape.largest(of: matrix(45, 75, isKept)) == BlockShape(rows: r, columns: c))
        for (row, column) in [(0, 0), (40, 70), (21, 40)] {
          let isKeptNow = { isKept($0, $1) != (($0, $1) == (row, column)) }
          let found = BlockShape.largest(of: matrix(45, 75, isKeptNow))
          #expect(found == largestBlocks(45, 75, isKeptNow), "\(r) × \(c), (\(row), \(column))")
          #expect(found != BlockShape(rows: r, columns: c))
        }
      }
    }
  }

  /// The slots by their definition: no window holds more survivors, and they use nine tenths of whole groups and steps.
  private func slots(_ rows: Int, _ columns: Int, _ isKept: (Int, Int) -> Bool) -> Int? {
    let counts = (0..<rows).flatMap { row in
      stride(from: 0, to: columns, by: 16).map { first in
        (first..<min(first + 16, columns)).count { isKept(row, $0) }
      }
    }
    return [8, 4, 2, 1].first { slots in
      let steps = (columns * slots + 127) / 128
      let all = (rows + 15) / 16 * 16 * steps * 8
      return counts.allSatisfy { $0 <= slots } && all > 0 && counts.reduce(0, +) * 10 >= 9 * all
    }
  }

  @Test("The slots of all masks of twelve columns, and of windows beside each other")
  func slotsOfSmallMasks() {
    for bits in 0..<1 << 12 {
      let isKept = { (row: Int, column: Int) in bits >> ((column + row % 2) % 12) & 1 == 1 }
      for (rows, columns) in [(16, 12), (15, 28), (3, 16)] {
        let found = SparseNOfMLayout.slotsPerWindow(of: matrix(rows, columns, isKept))
        #expect(found == slots(rows, columns, isKept), "\(rows) × \(columns), bits \(bits)")
      }
    }
  }

  @Test("n:m patterns are found as n · 16 / m of 16; one weight more is too many")
  func patternsAreFound() {
    for (n, m, expected) in [(2, 4, 8), (4, 8, 8), (8, 16, 8), (1, 4, 4), (2, 8, 4), (1, 8, 2), (1, 16, 1)] {
      // Shifted from group to group and row to row.
      let isKept = { (row: Int, column: Int) in (column % m + column / m + row) % m < n }
      #expect(SparseNOfMLayout.slotsPerWindow(of: matrix(32, 256, isKept)) == expected, "\(n):\(m)")
      var pruned = false
      let broken = matrix(32, 256) { row, column in
        if row == 31, column >= 240, !isKept(row, column), !pruned {
          pruned = true
          return true
        }
        return isKept(row, column)
      }
      #expect(SparseNOfMLayout.slotsPerWindow(of: broken) == nil, "\(n):\(m)")
    }
    #expect(SparseNOfMLayout.slotsPerWindow(of: matrix(32, 256) { _, column in column % 4 != 0 }) == nil)
    #expect(SparseNOfMLayout.slotsPerWindow(of: matrix(32, 256) { _, column in column % 64 < 8 }) == nil)
  }
}
