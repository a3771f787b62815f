import EspalierTensors
import EspalierTestSupport
import Testing

@Suite("Sparse matrix times a vector")
struct SparseVectorTests {
  static let addressings = VectorAddressing.allCases

  /// y = W · x + bias on guarded memory.
  private func product(
    _ layout: SparseVectorLayout, of test: SmallBatchCase, _ compute: Compute, biased: Bool = true,
    activation: Activation? = nil
  ) -> [Float] {
    let (x, bias) = (GuardedBuffer(test.x), GuardedBuffer(test.bias))
    let y = GuardedBuffer([Float](repeating: .nan, count: test.rows))
    compute.multiply(
      layout, by: x.pointer, bias: biased ? UnsafePointer(bias.pointer) : nil, activation: activation,
      into: y.pointer)
    #expect(y.isUntouchedBefore, "\(test)")
    return y.values
  }

  @Test("Every remainder of rows and columns", arguments: sets, addressings)
  func remainders(_ how: InstructionSet, addressing: VectorAddressing) {
    var seed: UInt64 = 1
    for rows in [0, 1, 2, 15, 16, 17, 33] {
      for columns in [0, 1, 15, 16, 17, 31, 33, 63, 65, 127, 129, 200] {
        seed += 1
        let test = SmallBatchCase(
          rows: rows, columns: columns, density: [0.02, 0.2, 0.7][Int(seed % 3)], seed: seed)
        let layout = SparseVectorLayout(test.matrix, values: .single, addressing: addressing)
        test.expect(product(layout, of: test, on(how)), "\(how), \(addressing)")
        test.expect(
          product(layout, of: test, on(how), biased: false), biased: false, "\(how), \(addressing)")
      }
    }
  }

  @Test("All-zero and all-one masks, 1 × 1", arguments: sets, addressings)
  func extremes(_ how: InstructionSet, addressing: VectorAddressing) {
    for (rows, columns) in [(1, 1), (18, 130), (16, 128)] {
      for density in [0.0, 1] {
        let test = SmallBatchCase(
          rows: rows, columns: columns, density: density, emptyRows: false, seed: UInt64(rows))
        let layout = SparseVectorLayout(test.matrix, values: .single, addressing: addressing)
        #expect(layout.survivors == (density == 0 ? 0 : rows * columns))
        test.expect(product(layout, of: test, on(how)), "\(how), \(addressing)")
      }
    }
  }

  /// Half precision keeps 11 bits of a normal weight; below 2⁻¹⁴ its places are 2⁻²⁴ apart.
  @Test("Half-precision values", arguments: sets, addressings)
  func halfPrecision(_ how: InstructionSet, addressing: VectorAddressing) {
    for (rows, columns, density) in [(1, 1, 1.0), (33, 300, 0.1), (17, 129, 0.5)] {
      let test = SmallBatchCase(
        rows: rows, columns: columns, density: density, emptyRows: rows > 1, seed: UInt64(columns))
      let layout = SparseVectorLayout(test.matrix, values: .half, addressing: addressing)
      test.expect(
        product(layout, of: test, on(how)), weightError: 0x1p-11, weightUnderflow: 0x1p-25,
        "\(how), \(addressing)")
    }
  }

  @Test("Half-precision values that are exact stay so, down to the smallest", arguments: sets)
  func exactHalves(_ how: InstructionSet) {
    let values: [Float] = [0x1p-24, -0x3p-24, 0x1p-14, 0x1.ff8p-15, 65504, -1.5, 0, -0.0, 0x1.004p0]
    let matrix = CompressedRows(
      rows: values.count, columns: 1, rowStarts: Array(0...values.count),
      columnIndices: [Int32](repeating: 0, count: values.count), values: values)
    for addressing in Self.addressings {
      let layout = SparseVectorLayout(matrix, values: .half, addressing: addressing)
      var y = [Float](repeating: .nan, count: values.count)
      on(how).multiply(layout, by: [1], into: &y)
      #expect(y == values, "\(how), \(addressing)")
    }
  }

  @Test("Activations are those of the element-wise kernels", arguments: sets)
  func activations(_ how: InstructionSet) {
    let test = SmallBatchCase(rows: 37, columns: 90, density: 0.3, seed: 11)
    let layout = SparseVectorLayout(test.matrix)
    for activation in [Activation.relu, .leakyReLU(slope: 0.1), .sigmoid, .tanh, .gelu] {
      var expected = product(layout, of: test, on(how))
      expected.withUnsafeMutableBufferPointer {
        let view = MatrixView(base: $0.baseAddress!, rows: test.rows, columns: 1)
        on(how).apply(activation, to: view, into: view)
      }
      let found = product(layout, of: test, on(how), activation: activation)
      #expect(found.bits == expected.bits, "\(test), \(how), \(activation)")
    }
  }

  @Test("The number of threads does not change a bit", arguments: InstructionSet.available)
  func threads(_ set: InstructionSet) {
    // Long rows last: shares by survivors are far from shares by rows.
    let columns = 1500
    let starts = (0...1100).map { $0 <= 1000 ? $0 : 1000 + ($0 - 1000) * columns }
    let indices = (0..<1000).map { Int32($0) } + (0..<100).flatMap { _ in (0..<Int32(columns)) }
    var random = Xoshiro256(seed: 5)
    let matrix = CompressedRows(
      rows: 1100, columns: columns, rowStarts: starts, columnIndices: indices,
      values: indices.map { _ in Float.random(in: -1...1, using: &random) })
    let x = (0..<columns * 3).map { _ in Float.random(in: -1...1, using: &random) }
    let vector = SparseVectorLayout(matrix)
    let batch = SparseSmallBatchLayout(matrix)
    let results = [1, 2, 3, 8].map { threads in
      let compute = Compute(backend: .current, instructionSet: set, threads: threads)
      var y = [Float](repeating: .nan, count: 1100)
      compute.multiply(vector, by: x, into: &y)
      return y.bits + product(batch, of: x, columns: 3, compute).bits
    }
    #expect(results.allSatisfy { $0 == results[0] })
    #expect(!results[0].contains(Float.nan.bitPattern))
  }

  private func product(
    _ layout: SparseSmallBatchLayout, of x: [Float], columns: Int, _ compute: Compute
  ) -> [Float] {
    var (x, y) = (x, [Float](repeating: .nan, count: layout.rows * columns))
    x.withUnsafeMutableBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in
        compute.multiply(
          layout, by: MatrixView(base: x.baseAddress!, rows: layout.columns, columns: columns),
          into: MatrixView(base: y.baseAddress!, rows: layout.rows, columns: columns))
      }
    }
    return y
  }
}
