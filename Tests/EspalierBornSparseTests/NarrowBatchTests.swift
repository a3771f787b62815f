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

  /// Survivors in the first columns only: shares by blocks of columns would leave threads without work.
  @Test("Columns are shared out by survivors", arguments: [0.1, 0.5, 1])
  func sharesOfColumns(part: Double) {
    let (pattern, _) = skewed(columns: part, blockColumns: 100)
    #expect(pattern.largestColumnShare(of: 1) == 1)
    let blocks = max(1, (part * 60).rounded(.down))
    #expect(pattern.largestColumnShare(of: 2) <= 0.5 + 1 / blocks)
    #expect(pattern.largestColumnShare(of: 3) <= 1.0 / 3 + 1 / blocks)
  }

  @Test("The number of threads does not change a bit", arguments: [0.16, 0.5, 1])
  func threads(part: Double) {
    let (pattern, values) = skewed(columns: part, blockColumns: 1000)
    var generator = Xoshiro256(seed: 4)
    let x = Tensor(uniform: -1..<1, shape: [pattern.columns, 4], using: &generator)
    let dy = Tensor(uniform: -1..<1, shape: [pattern.rows, 4], using: &generator)
    let results = [1, 2, 3, 8].map { threads in
      let compute = Compute(backend: .current, instructionSet: .current, threads: threads)
      var dw = Tensor(repeating: .nan, shape: [pattern.slots])
      var dx = Tensor(repeating: .nan, shape: [pattern.columns, 4])
      var none = Tensor(zeros: [1])
      values.withUnsafeValues { values in
        compute.gradients(
          of: pattern, values: values.baseAddress!, dy: view(dy, pattern.rows, 4),
          x: view(x, pattern.columns, 4), into: dw.withUnsafeMutableValues { $0.baseAddress! },
          inputGradient: MatrixView(
            base: dx.withUnsafeMutableValues { $0.baseAddress! }, rows: pattern.columns, columns: 4),
          scratch: none.withUnsafeMutableValues { $0.baseAddress! })
      }
      return dw.bits + dx.bits
    }
    #expect(results.allSatisfy { $0 == results[0] } && !results[0].contains(Float.nan.bitPattern))
  }

  /// Half a million survivors, enough for several threads, in the given share of the columns of 600 × 6000.
  private func skewed(columns part: Double, blockColumns: Int) -> (SparsePattern, Tensor) {
    let (rows, columns) = (600, 6000)
    let used = Int(part * Double(columns))
    let perRow = min(used, 800)
    let mask = (0..<rows * columns).map { index in
      let column = index % columns
      return column < used && column * perRow / used != (column + 1) * perRow / used
    }
    let pattern = SparsePattern(
      Mask(mask, shape: [rows, columns]), blocking: SparseBlocking(panelRows: 100, blockColumns: blockColumns)
    )
    var generator = Xoshiro256(seed: 3)
    var matrix = SparseMatrix(zeros: pattern)
    matrix.pack(Tensor(uniform: -1..<1, shape: [rows, columns], using: &generator))
    return (pattern, matrix.values)
  }

  private func view(_ tensor: Tensor, _ rows: Int, _ columns: Int) -> MatrixView {
    tensor.withUnsafeValues {
      MatrixView(base: UnsafeMutablePointer(mutating: $0.baseAddress!), rows: rows, columns: columns)
    }
  }
}
