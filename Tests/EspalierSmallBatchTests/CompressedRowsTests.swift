import EspalierTensors
import Testing

@Suite("Compressed rows and the layouts made of them")
struct CompressedRowsTests {
  @Test("A dense matrix and its mask give the survivors in order", arguments: [0, 1, 5, 63, 64, 65, 130])
  func fromDense(columns: Int) {
    var random = Xoshiro256(seed: UInt64(columns))
    let dense = Tensor(uniform: -1..<1, shape: [5, columns], using: &random)
    let kept = (0..<dense.count).map { _ in Bool.random(using: &random) }
    let rows = CompressedRows(dense, mask: Mask(kept, shape: [5, columns]))
    var found = [Float](repeating: 0, count: dense.count)
    for row in 0..<5 {
      for position in rows.rowStarts[row]..<rows.rowStarts[row + 1] {
        found[row * columns + Int(rows.columnIndices[position])] = rows.values[position]
      }
    }
    #expect(found == zip(dense.values, kept).map { $1 ? $0 : 0 })
    #expect(rows.survivors == kept.count { $0 })
    #expect(CompressedRows(dense).values == dense.values)
  }

  @Test("Sliding windows leave little padding; half precision takes three fifths of the bytes")
  func bytes() {
    let test = SmallBatchCase(rows: 256, columns: 800, density: 0.1, emptyRows: false, seed: 9)
    let survivors = Double(test.matrix.survivors)
    let window = SparseVectorLayout(test.matrix, values: .single, addressing: .window128)
    #expect((survivors...1.25 * survivors).contains(Double(window.slots)))
    #expect((5...6.5).contains(Double(window.byteCount) / survivors))
    let half = SparseVectorLayout(test.matrix, values: .half, addressing: .window128)
    #expect((3...4).contains(Double(half.byteCount) / survivors))
    let batch = SparseSmallBatchLayout(test.matrix)
    #expect((survivors...1.05 * survivors).contains(Double(batch.slots)))
    #expect((6...6.5).contains(Double(batch.byteCount) / survivors))
  }

  @Test("A few survivors among many columns take no windows")
  func verySparse() {
    let columns = 100_000
    let starts = (0...64).map { $0 * 20 }
    let indices = (0..<64 * 20).map { (place: Int) -> Int32 in Int32(place % 20 * 5000 + place / 20 * 70) }
    let matrix = CompressedRows(
      rows: 64, columns: columns, rowStarts: starts, columnIndices: indices,
      values: [Float](repeating: 1, count: indices.count))
    #expect(SparseVectorLayout(matrix).byteCount < 10 * matrix.survivors)
    #expect(SparseSmallBatchLayout(matrix).byteCount < 10 * matrix.survivors)
  }

  @Test("Columns that do not ascend, values that are missing or too large, and wrong shapes trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      _ = CompressedRows(rows: 1, columns: 3, rowStarts: [0, 2], columnIndices: [1, 1], values: [1, 1])
    }
    await #expect(processExitsWith: .failure) {
      _ = CompressedRows(rows: 1, columns: 3, rowStarts: [0, 1], columnIndices: [3], values: [1])
    }
    await #expect(processExitsWith: .failure) {
      _ = CompressedRows(rows: 1, columns: 3, rowStarts: [0, 2], columnIndices: [0, 1], values: [1])
    }
    await #expect(processExitsWith: .failure) {
      _ = SparseVectorLayout(Tensor(repeating: 65520, shape: [1, 1]), values: .half)
    }
    await #expect(processExitsWith: .failure) {
      var x: [Float] = [1, 2]
      x.withUnsafeMutableBufferPointer {
        let view = MatrixView(base: $0.baseAddress!, rows: 2, columns: 1)
        Compute.current.multiply(SparseSmallBatchLayout(Tensor(zeros: [1, 3])), by: view, into: view)
      }
    }
  }
}
