import EspalierTensors
import EspalierTestSupport
import Testing

@Suite("Products of packed weights with one to four samples")
struct NarrowBatchTests {
  /// The backend does not matter to packed products.
  private static let cases = ComputeCase.all.filter { $0.backend == .reference }

  private struct Sample {
    let matrix: SparseMatrix
    let (x, dy): (Tensor, Tensor)

    init(rows: Int, columns: Int, density: Double, batch: Int, blocking: SparseBlocking) {
      var generator = Xoshiro256(seed: UInt64(batch))
      let weight = Tensor(uniform: -1..<1, shape: [rows, columns], using: &generator)
      let kept = (0..<rows * columns).map { _ in Double.random(in: 0..<1, using: &generator) < density }
      let pattern = SparsePattern(Mask(kept, shape: [rows, columns]), blocking: blocking)
      var matrix = SparseMatrix(zeros: pattern)
      matrix.pack(weight)
      self.matrix = matrix
      x = Tensor(uniform: -1..<1, shape: [columns, batch], using: &generator)
      dy = Tensor(uniform: -1..<1, shape: [rows, batch], using: &generator)
    }
  }

  /// The pass for both gradients, those for one, and the wide kernels agree: the weight gradient bit by bit.
  @Test("Both gradients at once are the two apart", arguments: cases, [1, 2, 3, 4, 5])
  func bothGradients(way: ComputeCase, batch: Int) {
    for blocking in [(4, 7), (16, 64), (60, 1000)].map({ SparseBlocking(panelRows: $0, blockColumns: $1) }) {
      let sample = Sample(rows: 57, columns: 130, density: 0.15, batch: batch, blocking: blocking)
      let compute = way.compute
      let pattern = sample.matrix.pattern
      let (columns, rows) = (pattern.columns, pattern.rows)
      var scratch = Tensor(
        zeros: [pattern.scratchCount(batch: batch, threads: compute.threads, inputGradient: true) + 1])
      var results = (0..<2).map { _ in
        (
          dw: Tensor(repeating: .nan, shape: [pattern.slots]),
          dx: Tensor(repeating: .nan, shape: [columns, batch])
        )
      }
      sample.matrix.values.withUnsafeValues { values in
        let (x, dy) = (view(sample.x, columns, batch), view(sample.dy, rows, batch))
        let room = scratch.withUnsafeMutableValues { $0.baseAddress! }
        func targets(_ index: Int) -> (UnsafeMutablePointer<Float>, MatrixView) {
          (
            results[index].dw.withUnsafeMutableValues { $0.baseAddress! },
            MatrixView(
              base: results[index].dx.withUnsafeMutableValues { $0.baseAddress! }, rows: columns,
              columns: batch)
          )
        }
        let (both, apart) = (targets(0), targets(1))
        compute.gradients(
          of: pattern, values: values.baseAddress!, dy: dy, x: x, into: both.0, inputGradient: both.1,
          scratch: room)
        compute.sampledProduct(dy, x, pattern, into: apart.0, scratch: room)
        compute.multiply(
          transposed: pattern, values: values.baseAddress!, by: dy, into: apart.1, scratch: room)
      }
      #expect(results[0].dw.bits == results[1].dw.bits && results[0].dx.bits == results[1].dx.bits)
      #expect(!results[0].dx.values.contains { $0.isNaN })
      #expect(SparseMatrix(pattern, values: results[0].dw).violatedInvariant == nil)
    }
  }

  private func view(_ tensor: Tensor, _ rows: Int, _ columns: Int) -> MatrixView {
    tensor.withUnsafeValues {
      MatrixView(base: UnsafeMutablePointer(mutating: $0.baseAddress!), rows: rows, columns: columns)
    }
  }
}
