import EspalierTensors
import EspalierTestSupport
import Testing

@Suite("Matrices of blocks times some columns")
struct BlockProductTests {
  static let shapes = [4, 8, 16].flatMap { rows in [1, 2, 4, 8].map { BlockShape(rows: rows, columns: $0) } }

  private func check(_ test: StructuredCase, _ shape: BlockShape, _ how: InstructionSet) {
    let layout = SparseBlockLayout(test.matrix, shape: shape)
    #expect(layout.violatedInvariant == nil, "\(test)")
    test.expect(test.product { on(how).multiply(layout, by: $0, bias: $1, into: $2) }, "\(how)")
    test.expect(
      test.product { x, _, y in on(how).multiply(layout, by: x, into: y) }, biased: false, "\(how)")
  }

  @Test("Batches 0 … 33, 64, 65 and 100", arguments: sets, shapes)
  func batches(_ how: InstructionSet, shape: BlockShape) {
    for batch in Array(0...33) + [64, 65, 100] {
      check(
        StructuredCase(
          rows: 19, columns: 29, batch: batch, .blocks(shape, density: 0.4), seed: UInt64(batch)), shape, how)
    }
  }

  @Test("Every remainder of rows and columns", arguments: sets, shapes)
  func remainders(_ how: InstructionSet, shape: BlockShape) {
    var seed: UInt64 = 0
    for rows in 0...2 * shape.rows + 1 {
      for columns in Array(shape.columns...shape.columns + 4) + [31, 64] {
        seed += 1
        let density = [0.05, 0.3, 0.8][Int(seed % 3)]
        check(
          StructuredCase(
            rows: rows, columns: columns, batch: [1, 3, 16, 50][Int(seed % 4)],
            .blocks(shape, density: density), seed: seed), shape, how)
      }
    }
  }

  @Test("All-zero and all-one masks", arguments: sets, shapes)
  func extremes(_ how: InstructionSet, shape: BlockShape) {
    for density in [0.0, 1] {
      for (columns, batch) in [(8, 1), (21, 1), (21, 18)] {
        let test = StructuredCase(
          rows: 18, columns: columns, batch: batch, .blocks(shape, density: density), emptyRows: false,
          seed: 1)
        #expect(test.matrix.survivors == (density == 0 ? 0 : 18 * columns))
        check(test, shape, how)
      }
    }
  }

  @Test("More than 65,536 columns have 32-bit positions", arguments: sets)
  func wide(_ how: InstructionSet) {
    for (shape, batch) in [
      (BlockShape(rows: 4, columns: 1), 1), (BlockShape(rows: 16, columns: 8), 1),
      (BlockShape(rows: 8, columns: 4), 3),
    ] {
      for columns in [65_536, 65_543] {
        let test = StructuredCase(
          rows: 9, columns: columns, batch: batch, .blocks(shape, density: 0.002), seed: UInt64(columns))
        check(test, shape, how)
      }
    }
  }

  @Test("Activations are those of the element-wise kernels", arguments: sets, [1, 7, 37])
  func activationsOfRows(_ how: InstructionSet, batch: Int) {
    for shape in [BlockShape(rows: 4, columns: 2), BlockShape(rows: 16, columns: 1)] {
      let test = StructuredCase(rows: 21, columns: 40, batch: batch, .blocks(shape, density: 0.5), seed: 3)
      let layout = SparseBlockLayout(test.matrix, shape: shape)
      for activation in activations {
        var expected = test.product { on(how).multiply(layout, by: $0, bias: $1, into: $2) }
        expected.withUnsafeMutableBufferPointer {
          let view = MatrixView(base: $0.baseAddress!, rows: 21, columns: batch)
          on(how).apply(activation, to: view, into: view)
        }
        let found = test.product {
          on(how).multiply(layout, by: $0, bias: $1, activation: activation, into: $2)
        }
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(test), \(how), \(activation)")
      }
    }
  }

  @Test("The number of threads does not change a bit", arguments: sets, [1, 40])
  func threads(_ how: InstructionSet, batch: Int) {
    let shape = BlockShape(rows: 8, columns: 4)
    let test = StructuredCase(rows: 700, columns: 700, batch: batch, .blocks(shape, density: 0.7), seed: 5)
    let layout = SparseBlockLayout(test.matrix, shape: shape)
    let results = [1, 2, 3, 8].map { threads in
      test.product { on(how, threads: threads).multiply(layout, by: $0, bias: $1, into: $2) }.map(
        \.bitPattern)
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }
}
