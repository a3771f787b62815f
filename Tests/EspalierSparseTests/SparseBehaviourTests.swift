import EspalierTestSupport
import EspalierTensors
import Testing

@Suite("Packed products: bias, activation, threads, special values")
struct SparseBehaviourTests {
  private func run(_ sparse: SparseCase, _ compute: Compute) -> SparseRun {
    SparseRun(compute: compute, matrix: SparseMatrix(sparse.weight, mask: sparse.mask), batch: sparse.batch)
  }

  @Test("The fused bias and activation equal the separate pass", arguments: SparseProductTests.cases)
  func activations(_ computeCase: ComputeCase) {
    let sparse = SparseCase(rows: 21, columns: 400, batch: 33, density: 0.1, seed: 5, emptyRow: 2)
    let run = run(sparse, computeCase.compute)
    for activation in [nil, Activation.relu, .leakyReLU(slope: 0.1), .sigmoid, .tanh, .gelu] {
      for bias in [nil, sparse.bias] {
        var separate = run.multiply(sparse.x, bias: bias)
        separate.withUnsafeMutableBufferPointer {
          let y = MatrixView(base: $0.baseAddress!, rows: sparse.rows, columns: sparse.batch)
          computeCase.compute.addBias(nil, activation: activation, to: y)
        }
        let fused = run.multiply(sparse.x, bias: bias, activation: activation)
        #expect(fused == separate, "\(String(describing: activation)), \(sparse)")
      }
    }
  }

  @Test("The number of threads does not change a bit", arguments: InstructionSet.available)
  func threads(_ set: InstructionSet) {
    let sparse = SparseCase(rows: 500, columns: 200, batch: 150, density: 0.2, seed: 6)
    let one = run(sparse, Compute(backend: .reference, instructionSet: set, threads: 1))
    for threads in [2, 3, 5] {
      let several = run(sparse, Compute(backend: .reference, instructionSet: set, threads: threads))
      #expect(one.multiply(sparse.x, bias: sparse.bias) == several.multiply(sparse.x, bias: sparse.bias))
      #expect(one.multiplyTransposed(sparse.dy) == several.multiplyTransposed(sparse.dy))
      #expect(
        one.sampledProduct(sparse.dy, sparse.x).values == several.sampledProduct(sparse.dy, sparse.x).values)
    }
  }

  @Test("A row depends only on the inputs it keeps, NaN or not", arguments: SparseProductTests.cases)
  func specialValues(_ computeCase: ComputeCase) {
    let sparse = SparseCase(rows: 43, columns: 90, batch: 19, density: 0.1, seed: 7)
    let run = run(sparse, computeCase.compute)
    let clean = run.multiply(sparse.x, bias: sparse.bias)
    for column in 0..<sparse.columns {
      var x = sparse.x
      for sample in 0..<sparse.batch { x[column * sparse.batch + sample] = .nan }
      let y = run.multiply(x, bias: sparse.bias)
      for row in 0..<sparse.rows {
        let place = row * sparse.batch
        let isRight =
          sparse.mask[row * sparse.columns + column] ? y[place].isNaN : y[place] == clean[place]
        #expect(isRight, "row \(row), column \(column), \(sparse)")
      }
    }
  }

  @Test("An empty batch gives an empty product and gradients of 0", arguments: SparseProductTests.cases)
  func emptyBatch(_ computeCase: ComputeCase) {
    let sparse = SparseCase(rows: 5, columns: 9, batch: 0, density: 0.5, seed: 8)
    let run = run(sparse, computeCase.compute)
    #expect(run.multiply([], bias: sparse.bias).isEmpty && run.multiplyTransposed([]).isEmpty)
    #expect(run.sampledProduct([], []).values == Tensor(zeros: [run.matrix.pattern.slots]))
  }
}
