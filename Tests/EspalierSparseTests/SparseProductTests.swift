import EspalierTestSupport
import EspalierTensors
import Testing

@Suite("Packed products: accuracy on every instruction set")
struct SparseProductTests {
  /// The backend does not matter to packed products.
  static let cases = ComputeCase.all.filter { $0.backend == .reference }

  /// A case, how it is cut, and what its products give: made once for all ways to compute.
  struct Sample {
    let sparse: SparseCase
    let pattern: SparsePattern
    let expected: ExpectedProducts

    init(_ sparse: SparseCase, blocking: SparseBlocking? = nil) {
      self.sparse = sparse
      pattern = blocking.map { SparsePattern(sparse.mask, blocking: $0) } ?? SparsePattern(sparse.mask)
      expected = sparse.expected
    }
  }

  private func check(_ samples: [Sample], _ computeCase: ComputeCase) {
    for sample in samples {
      let sparse = sample.sparse
      var matrix = SparseMatrix(zeros: sample.pattern)
      matrix.pack(sparse.weight)
      let run = SparseRun(compute: computeCase.compute, matrix: matrix, batch: sparse.batch)
      let product = run.multiply(sparse.x, bias: sparse.bias)
      let productError = sample.expected.product.firstViolation(in: product)
      #expect(productError == nil, "product: \(sparse)")
      let dx = run.multiplyTransposed(sparse.dy)
      let inputError = sample.expected.inputGradient.firstViolation(in: dx)
      #expect(inputError == nil, "input gradient: \(sparse)")
      let gradient = run.sampledProduct(sparse.dy, sparse.x)
      let gradientError = sample.expected.weightGradient.firstViolation(in: gradient.dense.values)
      #expect(gradientError == nil && gradient.violatedInvariant == nil, "weight gradient: \(sparse)")
    }
  }

  static let batches = (Array(1...70) + [128, 129, 300]).map {
    Sample(SparseCase(rows: 13, columns: 37, batch: $0, density: 0.2, seed: UInt64($0)))
  }

  @Test("Every remainder of the batch", arguments: cases)
  func batches(_ computeCase: ComputeCase) { check(Self.batches, computeCase) }

  static let densities = [0, 0.01, 0.1, 0.5, 0.9, 1].enumerated().flatMap { index, density in
    [(1, 1), (1, 70), (70, 1), (4, 16), (18, 45), (47, 33)].flatMap { rows, columns in
      [
        Sample(
          SparseCase(
            rows: rows, columns: columns, batch: 20, density: density, seed: UInt64(index),
            emptyRow: rows / 2, emptyColumn: columns / 3)),
        Sample(SparseCase(rows: rows, columns: columns, batch: 5, density: density, seed: UInt64(index))),
      ]
    }
  }

  @Test("Every density, empty rows and columns", arguments: cases)
  func densities(_ computeCase: ComputeCase) { check(Self.densities, computeCase) }

  static let blockings = [(4, 1), (8, 5), (12, 64), (64, 7), (16, 1000), (4000, 4000)].map {
    Sample(
      SparseCase(rows: 45, columns: 131, batch: 35, density: 0.2, seed: UInt64($0)),
      blocking: SparseBlocking(panelRows: $0, blockColumns: $1))
  }

  @Test("Many panels and blocks", arguments: cases)
  func blockings(_ computeCase: ComputeCase) { check(Self.blockings, computeCase) }

  static let largerOnes = [
    SparseCase(rows: 1030, columns: 165, batch: 6, density: 0.1, seed: 1),
    SparseCase(rows: 30, columns: 3000, batch: 18, density: 0.02, seed: 2),
    SparseCase(rows: 4, columns: 70_000, batch: 1, density: 0.0005, seed: 3),
  ].map { Sample($0) }

  @Test("Several bands, panels and blocks as chosen from the density", arguments: cases)
  func largerOnes(_ computeCase: ComputeCase) { check(Self.largerOnes, computeCase) }

  static let emptyOnes = [(0, 0), (0, 7), (7, 0)].map {
    Sample(SparseCase(rows: $0, columns: $1, batch: 17, density: 1, seed: 0))
  }

  @Test("No rows or no columns", arguments: cases)
  func emptyMatrices(_ computeCase: ComputeCase) { check(Self.emptyOnes, computeCase) }
}
