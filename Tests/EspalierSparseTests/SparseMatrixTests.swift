import EspalierTensors
import Testing

@Suite("Packed matrices: the same numbers back, and sound ones")
struct SparseMatrixTests {
  static let shapes = [(0, 0), (0, 5), (5, 0), (1, 1), (3, 64), (5, 65), (170, 330), (1030, 9)]

  @Test("Packing and unpacking keep every bit and the mask", arguments: shapes)
  func roundTrip(rows: Int, columns: Int) {
    for density in [0, 0.05, 1] {
      let sparse = SparseCase(rows: rows, columns: columns, batch: 1, density: density, seed: 3)
      let matrix = SparseMatrix(sparse.weight, mask: sparse.mask)
      #expect(matrix.violatedInvariant == nil, "\(sparse)")
      #expect(matrix.dense == sparse.weight && matrix.pattern.mask == sparse.mask, "\(sparse)")
      #expect(matrix.pattern.survivors == sparse.mask.survivors, "\(sparse)")
    }
  }

  @Test("Negative zeros, infinities and NaN survive packing")
  func specialValues() {
    let values: [Float] = [-0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 1]
    let dense = Tensor(values, shape: [2, 3])
    let back = SparseMatrix(dense, mask: Mask(ones: [2, 3])).dense
    #expect(back.values.map(\.bitPattern) == values.map(\.bitPattern))
  }

  @Test("Compressed rows give the same matrix", arguments: shapes)
  func compressedRows(rows: Int, columns: Int) {
    let sparse = SparseCase(rows: rows, columns: columns, batch: 1, density: 0.1, seed: 4)
    let matrix = SparseMatrix(sparse.weight, mask: sparse.mask)
    let (starts, indices) = matrix.pattern.compressedRows
    let kept = (0..<rows * columns).filter { sparse.mask[$0] }
    #expect(indices.map(Int.init) == kept.map { $0 % max(columns, 1) }, "\(sparse)")
    #expect(matrix.rowMajorValues == kept.map { sparse.weight[flat: $0] }, "\(sparse)")
    let again = SparseMatrix(
      rows: rows, columns: columns, rowStarts: starts, columnIndices: indices,
      rowMajorValues: matrix.rowMajorValues)
    #expect(again.values == matrix.values && again.violatedInvariant == nil, "\(sparse)")
  }

  @Test("Copies do not share values")
  func valueSemantics() {
    let original = SparseMatrix(Tensor(repeating: 1, shape: [3, 5]), mask: Mask(ones: [3, 5]))
    var copy = original
    copy.withUnsafeMutableValues { $0[0] = 7 }
    #expect(original.values[flat: 0] == 1 && copy.values[flat: 0] == 7)
  }

  @Test("A value in padding is found")
  func brokenPadding() {
    var matrix = SparseMatrix(Tensor(repeating: 1, shape: [1, 5]), mask: Mask(ones: [1, 5]))
    #expect(matrix.pattern.slots > 5)
    matrix.withUnsafeMutableValues { values in values[values.firstIndex(of: 0)!] = 1 }
    #expect(matrix.violatedInvariant?.contains("padding") == true)
  }

  @Test("A pattern takes little more than two bytes a survivor and little padding")
  func compactness() {
    let sparse = SparseCase(rows: 320, columns: 320, batch: 1, density: 0.1, seed: 5)
    let pattern = SparsePattern(sparse.mask)
    #expect(Double(pattern.slots) < 1.03 * Double(pattern.survivors), "\(sparse)")
  }

  @Test("600,000 × 600,000 with few survivors, never dense")
  func hugeOne() {
    let size = 600_000
    let rowStarts = (0...size).map { ($0 + 2) / 3 }
    let columnIndices = (0..<size / 3).map { Int32(($0 * 7919 + 13) % size) }
    let values = columnIndices.indices.map { Float($0 % 17) - 8 }
    let matrix = SparseMatrix(
      rows: size, columns: size, rowStarts: rowStarts, columnIndices: columnIndices, rowMajorValues: values)
    #expect(matrix.pattern.compressedRows.columnIndices == columnIndices && matrix.rowMajorValues == values)
    let run = SparseRun(
      compute: Compute(backend: .reference, instructionSet: .strongest, threads: 2), matrix: matrix, batch: 1)
    let x = (0..<size).map { Float($0 % 5) }
    var y = [Float](repeating: 0, count: size)
    var dx = y
    for (index, column) in columnIndices.enumerated() {
      y[3 * index] = values[index] * x[Int(column)]
      dx[Int(column)] = values[index] * x[3 * index]
    }
    #expect(run.multiply(x, bias: nil) == y)
    #expect(run.multiplyTransposed(x) == dx)
    let gradients = zip(columnIndices.indices, columnIndices).map { x[3 * $0] * x[Int($1)] }
    #expect(run.sampledProduct(x, x).rowMajorValues == gradients)
  }
}
