import EspalierTestSupport
import EspalierTensors
import Testing

@Suite("Packed products: accuracy on every instruction set")
struct SparseProductTests {
  /// The backend does not matter to packed products.
  static let cases = ComputeCase.all.filter { $0.backend == .reference }

  private func check(_ sparse: SparseCase, _ computeCase: ComputeCase, blocking: SparseBlocking? = nil) {
    let pattern = blocking.map { SparsePattern(sparse.mask, blocking: $0) } ?? SparsePattern(sparse.mask)
    var matrix = SparseMatrix(zeros: pattern)
    matrix.pack(sparse.weight)
    let run = SparseRun(compute: computeCase.compute, matrix: matrix, batch: sparse.batch)
    let product = run.multiply(sparse.x, bias: sparse.bias)
    let productError = sparse.product.firstViolation(in: product)
    #expect(productError == nil, "product: \(sparse)")
    let inputError = sparse.inputGradient.firstViolation(in: run.multiplyTransposed(sparse.dy))
    #expect(inputError == nil, "input gradient: \(sparse)")
    let gradient = run.sampledProduct(sparse.dy, sparse.x)
    let gradientError = sparse.weightGradient.firstViolation(in: gradient.dense.values)
    #expect(gradientError == nil, "weight gradient: \(sparse)")
    #expect(gradient.violatedInvariant == nil, "weight gradient: \(sparse)")
  }

  @Test("Every remainder of the batch", arguments: cases)
  func batches(_ computeCase: ComputeCase) {
    for batch in Array(1...70) + [128, 129] {
      check(SparseCase(rows: 13, columns: 37, batch: batch, density: 0.3, seed: UInt64(batch)), computeCase)
    }
  }

  @Test("Every density, empty rows and columns", arguments: cases)
  func densities(_ computeCase: ComputeCase) {
    for (index, density) in [0, 0.01, 0.1, 0.5, 0.9, 1].enumerated() {
      for (rows, columns) in [(1, 1), (1, 70), (70, 1), (4, 16), (18, 45), (47, 33)] {
        check(
          SparseCase(
            rows: rows, columns: columns, batch: 20, density: density, seed: UInt64(index),
            emptyRow: rows / 2, emptyColumn: columns / 3), computeCase)
        check(
          SparseCase(rows: rows, columns: columns, batch: 5, density: density, seed: UInt64(index)),
          computeCase)
      }
    }
  }

  @Test("Many panels and blocks", arguments: cases)
  func blockings(_ computeCase: ComputeCase) {
    for (panelRows, blockColumns) in [(4, 1), (8, 5), (12, 64), (64, 7), (16, 1000), (4000, 4000)] {
      check(
        SparseCase(rows: 45, columns: 131, batch: 35, density: 0.2, seed: UInt64(panelRows)), computeCase,
        blocking: SparseBlocking(panelRows: panelRows, blockColumns: blockColumns))
    }
  }

  @Test("Several panels and blocks as chosen from the density", arguments: cases)
  func largerOnes(_ computeCase: ComputeCase) {
    check(SparseCase(rows: 1030, columns: 400, batch: 6, density: 0.1, seed: 1), computeCase)
    check(SparseCase(rows: 30, columns: 3000, batch: 18, density: 0.02, seed: 2), computeCase)
    check(SparseCase(rows: 12, columns: 70_000, batch: 1, density: 0.0005, seed: 3), computeCase)
  }

  @Test("No rows or no columns", arguments: cases)
  func emptyMatrices(_ computeCase: ComputeCase) {
    for (rows, columns) in [(0, 0), (0, 7), (7, 0)] {
      check(SparseCase(rows: rows, columns: columns, batch: 17, density: 1, seed: 0), computeCase)
    }
  }
}
