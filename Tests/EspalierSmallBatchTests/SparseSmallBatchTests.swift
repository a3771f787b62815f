import EspalierTensors
import EspalierTestSupport
import Testing

@Suite("Sparse and small dense matrices times a few columns")
struct SparseSmallBatchTests {
  /// Narrow blocks, so that small matrices have several; one block; 32-bit offsets.
  static let blockings = [
    SmallBatchBlocking(panelRows: 11, blockColumns: 16),
    SmallBatchBlocking(panelRows: 256, blockColumns: 300),
    SmallBatchBlocking(panelRows: 24, blockColumns: 1 << 20, isWide: true),
  ]

  /// Runs `multiply` on guarded memory.
  private func product(
    of test: SmallBatchCase, _ multiply: (MatrixView, UnsafePointer<Float>, MatrixView) -> Void
  )
    -> [Float]
  {
    let (x, bias) = (GuardedBuffer(test.x), GuardedBuffer(test.bias))
    let y = GuardedBuffer([Float](repeating: .nan, count: test.rows * test.batch))
    multiply(
      MatrixView(base: x.pointer, rows: test.columns, columns: test.batch), bias.pointer,
      MatrixView(base: y.pointer, rows: test.rows, columns: test.batch))
    #expect(y.isUntouchedBefore, "\(test)")
    return y.values
  }

  private func check(
    _ test: SmallBatchCase, _ blocking: SmallBatchBlocking, _ how: InstructionSet
  ) {
    let layout = SparseSmallBatchLayout(test.matrix, blocking: blocking)
    let biased = product(of: test) { on(how).multiply(layout, by: $0, bias: $1, into: $2) }
    test.expect(biased, "\(how), \(blocking)")
    let plain = product(of: test) { x, _, y in on(how).multiply(layout, by: x, into: y) }
    test.expect(plain, biased: false, "\(how), \(blocking)")
  }

  @Test("Batches 0 … 18 and 33", arguments: sets, blockings)
  func batches(_ how: InstructionSet, blocking: SmallBatchBlocking) {
    for batch in Array(0...18) + [33] {
      let test = SmallBatchCase(rows: 19, columns: 37, batch: batch, density: 0.3, seed: UInt64(batch))
      check(test, blocking, how)
    }
  }

  @Test("Every remainder of rows and columns", arguments: sets, blockings)
  func remainders(_ how: InstructionSet, blocking: SmallBatchBlocking) {
    var seed: UInt64 = 1
    for rows in Array(0...9) + [17, 50] {
      for columns in [0, 1, 15, 16, 17, 33, 100] {
        seed += 1
        let test = SmallBatchCase(
          rows: rows, columns: columns, batch: [3, 16, 9][Int(seed % 3)],
          density: [0.05, 0.3, 0.8][Int(seed % 3)],
          seed: seed)
        check(test, blocking, how)
      }
    }
  }

  @Test("All-zero and all-one masks, 1 × 1", arguments: sets, blockings)
  func extremes(_ how: InstructionSet, blocking: SmallBatchBlocking) {
    for (rows, columns) in [(1, 1), (18, 40)] {
      for density in [0.0, 1] {
        check(
          SmallBatchCase(
            rows: rows, columns: columns, batch: 5, density: density, emptyRows: false, seed: UInt64(rows)),
          blocking, how)
      }
    }
  }

  @Test("Blocks as they are chosen", arguments: sets)
  func chosenBlocks(_ how: InstructionSet) {
    // One block; several; several wide ones; 32-bit offsets.
    for (rows, columns, density) in [(9, 900, 0.1), (9, 1500, 0.05), (9, 5000, 0.003), (9, 5000, 0.0005)] {
      let test = SmallBatchCase(
        rows: rows, columns: columns, batch: 4, density: density, seed: UInt64(columns))
      check(test, SmallBatchBlocking(rows: rows, columns: columns, survivors: test.matrix.survivors), how)
    }
  }

  @Test("Small dense products", arguments: sets)
  func smallDense(_ how: InstructionSet) {
    for batch in Array(0...17) {
      for (rows, columns) in [(0, 3), (3, 0), (1, 1), (3, 17), (4, 16), (7, 5), (8, 33), (10, 100), (17, 31)]
      {
        let test = SmallBatchCase(
          rows: rows, columns: columns, batch: batch, density: 1, emptyRows: false, seed: UInt64(batch + rows)
        )
        let layout = SmallDenseLayout(Tensor(test.matrix.values, shape: [rows, columns]))
        test.expect(
          product(of: test) { on(how).multiply(layout, by: $0, bias: $1, into: $2) }, "\(how)")
        test.expect(
          product(of: test) { x, _, y in on(how).multiply(layout, by: x, into: y) }, biased: false,
          "\(how)")
      }
    }
  }

  @Test(
    "The number of threads does not change a bit of a dense product", arguments: InstructionSet.available,
    [1, 5])
  func denseThreads(_ set: InstructionSet, batch: Int) {
    let (rows, columns) = (1003, 600)
    var random = Xoshiro256(seed: 7)
    let layout = SmallDenseLayout(Tensor(uniform: -1..<1, shape: [rows, columns], using: &random))
    var x = Tensor(uniform: -1..<1, shape: [columns, batch], using: &random)
    let bias = Tensor(uniform: -1..<1, shape: [rows], using: &random)
    let results = [1, 2, 3, 8].map { threads in
      let compute = Compute(backend: .current, instructionSet: set, threads: threads)
      var y = Tensor(repeating: .nan, shape: [rows, batch])
      let (from, to) = (
        x.withUnsafeMutableValues { $0.baseAddress! }, y.withUnsafeMutableValues { $0.baseAddress! }
      )
      bias.withUnsafeValues { bias in
        compute.multiply(
          layout, by: MatrixView(base: from, rows: columns, columns: batch), bias: bias.baseAddress!,
          activation: .relu, into: MatrixView(base: to, rows: rows, columns: batch))
      }
      return y.bits
    }
    #expect(results.allSatisfy { $0 == results[0] } && !results[0].contains(Float.nan.bitPattern))
  }

  @Test("Activations are those of the element-wise kernels", arguments: sets, [1, 2, 11, 16])
  func activations(_ how: InstructionSet, batch: Int) {
    let test = SmallBatchCase(rows: 21, columns: 40, batch: batch, density: 1, seed: 3)
    let dense = SmallBatchCase(rows: 21, columns: 40, batch: batch, density: 1, emptyRows: false, seed: 4)
    let layout = SparseSmallBatchLayout(test.matrix, blocking: Self.blockings[0])
    let denseLayout = SmallDenseLayout(Tensor(dense.matrix.values, shape: [21, 40]))
    for activation in [Activation.relu, .leakyReLU(slope: 0.1), .sigmoid, .tanh, .gelu] {
      let sparse = { (applied: Activation?) in
        product(of: test) { on(how).multiply(layout, by: $0, bias: $1, activation: applied, into: $2) }
      }
      let small = { (applied: Activation?) in
        product(of: dense) {
          on(how).multiply(denseLayout, by: $0, bias: $1, activation: applied, into: $2)
        }
      }
      for run in [sparse, small] {
        var expected = run(nil)
        expected.withUnsafeMutableBufferPointer {
          let view = MatrixView(base: $0.baseAddress!, rows: 21, columns: batch)
          on(how).apply(activation, to: view, into: view)
        }
        #expect(run(activation).bits == expected.bits, "\(how), batch \(batch), \(activation)")
      }
    }
  }
}
