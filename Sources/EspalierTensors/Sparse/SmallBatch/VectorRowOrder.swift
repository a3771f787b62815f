/// The rows of a matrix sorted by their number of survivors, sixteen of them to a group; -1 fills the last group.
struct VectorRowOrder {
  static let lanes = 16

  let rows: [Int32]

  /// A counting sort: O(rows + columns).
  init(_ matrix: CompressedRows) {
    let starts = matrix.rowStarts
    var places = [Int](repeating: 0, count: matrix.columns + 2)
    for row in 0..<matrix.rows { places[starts[row + 1] - starts[row] + 1] += 1 }
    for count in 1..<places.count { places[count] += places[count - 1] }
    let padded = (matrix.rows + Self.lanes - 1) / Self.lanes * Self.lanes
    var rows = [Int32](repeating: -1, count: padded)
    for row in 0..<matrix.rows {
      let count = starts[row + 1] - starts[row]
      rows[places[count]] = Int32(row)
      places[count] += 1
    }
    self.rows = rows
  }

  var groups: Int { rows.count / Self.lanes }

  /// The first step of each group, and the end of the last.
  func firstSteps(of matrix: CompressedRows, addressing: VectorAddressing) -> AlignedStorage<Int64> {
    let first = AlignedStorage<Int64>(uninitializedCount: groups + 1)
    first.values[0] = 0
    for group in 0..<groups {
      first.values[group + 1] =
        first.values[group] + Int64(steps(of: group, in: matrix, addressing: addressing))
    }
    return first
  }

  /// The number of steps, from at most 32 groups spread over all of them.
  func estimatedSteps(of matrix: CompressedRows, addressing: VectorAddressing) -> Double {
    let sample = min(groups, 32)
    guard sample > 0 else { return 0 }
    let total = (0..<sample).reduce(0) {
      $0 + steps(of: $1 * groups / sample, in: matrix, addressing: addressing)
    }
    return Double(total) * Double(groups) / Double(sample)
  }

  private func steps(of group: Int, in matrix: CompressedRows, addressing: VectorAddressing) -> Int {
    var steps = 0
    forEachStep(
      of: group, in: matrix, addressing: addressing, begin: { _ in steps += 1 }, take: { _, _, _, _ in })
    return steps
  }

  /// Calls `begin` with the first column of every step of a group, and `take` with every survivor it takes: the slot of
  /// the step, the lane, the position in the matrix's lists, and the column from the start on.
  @inline(__always)
  func forEachStep(
    of group: Int, in matrix: CompressedRows, addressing: VectorAddressing, begin: (_ start: Int) -> Void,
    take: (_ slot: Int, _ lane: Int, _ position: Int, _ offset: Int32) -> Void
  ) {
    matrix.columnIndices.withUnsafeBufferPointer { columns in
      let lists = LaneLists(rows[group * Self.lanes..<(group + 1) * Self.lanes], of: matrix, columns)
      while let next = lists.firstColumn {
        let start = addressing.window.map { max(0, min(next & ~15, matrix.columns - $0)) } ?? 0
        let end = addressing.window.map { start + $0 } ?? matrix.columns
        begin(start)
        for slot in 0..<addressing.slotsPerStep / Self.lanes {
          lists.take(before: Int32(end)) { take(slot, $0, $1, $2 - Int32(start)) }
        }
      }
    }
  }
}

/// What is left of the lists of sixteen rows.
private struct LaneLists {
  private let columns: UnsafeBufferPointer<Int32>
  private let positions = AlignedStorage<Int>(uninitializedCount: VectorRowOrder.lanes)
  private let ends = AlignedStorage<Int>(uninitializedCount: VectorRowOrder.lanes)
  /// The next column of each lane; `Int32.max` where none is left.
  private let heads = AlignedStorage<Int32>(uninitializedCount: VectorRowOrder.lanes)

  init(_ rows: ArraySlice<Int32>, of matrix: CompressedRows, _ columns: UnsafeBufferPointer<Int32>) {
    self.columns = columns
    for (lane, row) in rows.enumerated() {
      positions.values[lane] = row < 0 ? 0 : matrix.rowStarts[Int(row)]
      ends.values[lane] = row < 0 ? 0 : matrix.rowStarts[Int(row) + 1]
      advance(lane, to: positions.values[lane])
    }
  }

  private func advance(_ lane: Int, to position: Int) {
    positions.values[lane] = position
    heads.values[lane] = position < ends.values[lane] ? columns[position] : .max
  }

  /// The smallest column left.
  var firstColumn: Int? {
    var first = Int32.max
    for lane in 0..<VectorRowOrder.lanes { first = min(first, heads.values[lane]) }
    return first == .max ? nil : Int(first)
  }

  /// Takes the next survivor of each lane where it lies before `end`.
  @inline(__always)
  func take(before end: Int32, _ body: (_ lane: Int, _ position: Int, _ column: Int32) -> Void) {
    for lane in 0..<VectorRowOrder.lanes where heads.values[lane] < end {
      let position = positions.values[lane]
      body(lane, position, heads.values[lane])
      advance(lane, to: position + 1)
    }
  }
}
