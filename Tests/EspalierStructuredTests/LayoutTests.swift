import EspalierTensors
import EspalierTestSupport
import Testing

@Suite("Structured layouts")
struct LayoutTests {
  @Test("A survivor costs four bytes and its share of a position")
  func bytes() {
    let shape = BlockShape(rows: 16, columns: 4)
    let blocks = StructuredCase(
      rows: 64, columns: 640, .blocks(shape, density: 0.5), emptyRows: false, seed: 1)
    let layout = SparseBlockLayout(blocks.matrix)
    #expect(layout?.shape == shape)
    let count = blocks.matrix.survivors
    #expect(layout?.byteCount == count * 4 + count / 64 * 2 + 5 * 8)
    let window = SparseNOfMLayout(rows: 16, columns: 64)
    #expect(window.byteCount == 16 * 32 * 9 / 2)
  }

  @Test("Matrices with few rows or columns have blocks that fit, or none")
  func small() {
    for rows in 0...9 {
      for columns in 0...9 {
        let layout = SparseBlockLayout(CompressedRows(Tensor(repeating: 1, shape: [rows, columns])))
        #expect(layout?.violatedInvariant == nil, "\(rows) × \(columns)")
        #expect((layout == nil) == ([1, 2, 5].contains(rows) || columns == 0), "\(rows) × \(columns)")
      }
    }
  }

  @Test("Broken streams of blocks are told")
  func brokenBlocks() {
    func layout(
      starts: [Int64] = [0, 2, 3], columns: [UInt32] = [0, 4, 6], survivors: Int = 36,
      _ change: (inout [Float]) -> Void = { _ in }
    ) -> String? {
      // Six rows in two rows of blocks, ten columns: the block of columns 8 and 9 is moved to 6.
      var values = [Float](repeating: 1, count: 3 * 16)
      for slot in 32..<40 { values[slot] = 0 }
      for slot in stride(from: 40, to: 48, by: 4) { (values[slot + 2], values[slot + 3]) = (0, 0) }
      change(&values)
      return SparseBlockLayout(
        rows: 6, columns: 10, survivors: survivors, shape: BlockShape(rows: 4, columns: 4), starts: starts,
        firstColumns: columns, values: values
      ).violatedInvariant
    }
    #expect(layout() == nil)
    #expect(layout(survivors: 35) == "36 weights are laid out instead of 35")
    #expect(layout(starts: [0, 2, 4]) != nil)
    #expect(layout(starts: [0, 3, 2]) != nil)
    #expect(layout(columns: [0, 7, 6])?.contains("outside") == true)
    #expect(layout(columns: [4, 0, 6])?.contains("belongs to no weight") == true)
    #expect(layout { $0[32] = 1 }?.contains("belongs to no weight") == true)
    #expect(layout { $0[43] = -0.0 }?.contains("belongs to no weight") == true)
  }

  @Test("Broken streams of windows are told")
  func brokenWindows() {
    func violation(_ change: (inout [UInt32], inout [Float]) -> Void) -> String? {
      var positions = [UInt32](repeating: 0, count: 16)
      var values = [Float](repeating: 0, count: 128)
      // Row 0 keeps columns 3 and 9 of ten.
      positions[0] = 3 | 9 << 4
      (values[0], values[16]) = (1, 2)
      change(&positions, &values)
      return SparseNOfMLayout(
        rows: 2, columns: 10, survivors: 2, slotsPerWindow: 8, positions: positions, values: values
      ).violatedInvariant
    }
    #expect(violation { _, _ in } == nil)
    #expect(violation { positions, _ in positions[0] = 9 | 3 << 4 }?.contains("do not ascend") == true)
    #expect(violation { positions, _ in positions[0] = 3 | 10 << 4 }?.contains("outside") == true)
    #expect(violation { _, values in values[2] = 1 }?.contains("outside") == true)
    #expect(violation { _, values in values[17] = 1 }?.contains("instead of 2") == true)
    #expect(violation { positions, _ in positions.removeLast() }?.contains("do not fit") == true)
  }

  @Test("Matrices without the structure, and shapes that disagree, trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      let matrix = CompressedRows(
        rows: 4, columns: 1, rowStarts: [0, 1, 1, 2, 3], columnIndices: [0, 0, 0], values: [1, 2, 3])
      _ = SparseBlockLayout(matrix, shape: BlockShape(rows: 4, columns: 1))
    }
    await #expect(processExitsWith: .failure) { _ = BlockShape(rows: 5, columns: 1) }
    await #expect(processExitsWith: .failure) {
      _ = SparseNOfMLayout(CompressedRows(Tensor(zeros: [1, 3])), slotsPerWindow: 2)
    }
    await #expect(processExitsWith: .failure) {
      _ = SparseNOfMLayout(CompressedRows(Tensor(zeros: [1, 3])), slotsPerWindow: 3)
    }
    await #expect(processExitsWith: .failure) {
      var x: [Float] = [1, 2]
      x.withUnsafeMutableBufferPointer {
        let view = MatrixView(base: $0.baseAddress!, rows: 2, columns: 1)
        let layout = SparseNOfMLayout(CompressedRows(Tensor(zeros: [1, 3])), slotsPerWindow: 8)
        Compute.current.multiply(layout, by: view, into: view)
      }
    }
  }
}

extension SparseNOfMLayout {
  /// The first half of each window of sixteen columns.
  fileprivate convenience init(rows: Int, columns: Int) {
    let kept = (0..<rows * columns).map { $0 % 16 < 8 }
    self.init(
      CompressedRows(Tensor(repeating: 1, shape: [rows, columns]), mask: Mask(kept, shape: [rows, columns])))!
  }
}
