import EspalierTensors
import EspalierTestSupport
import Testing

@Suite("n:m-sparse matrices times some columns")
struct NOfMProductTests {
  static let slots = [1, 2, 4, 8]

  private func check(_ test: StructuredCase, _ slots: Int, _ how: InstructionSet) {
    let layout = SparseNOfMLayout(test.matrix, slotsPerWindow: slots)
    #expect(layout.violatedInvariant == nil, "\(test)")
    test.expect(test.product { on(how).multiply(layout, by: $0, bias: $1, into: $2) }, "\(how)")
    test.expect(
      test.product { x, _, y in on(how).multiply(layout, by: x, into: y) }, biased: false, "\(how)")
  }

  @Test("Batches 0 … 33, 64 and 65", arguments: sets, slots)
  func batches(_ how: InstructionSet, slots: Int) {
    for batch in Array(0...33) + [64, 65] {
      check(
        StructuredCase(rows: 19, columns: 150, batch: batch, .window(slots: slots), seed: UInt64(batch)),
        slots,
        how)
    }
  }

  @Test("Every remainder of rows and columns", arguments: sets, slots)
  func remainders(_ how: InstructionSet, slots: Int) {
    var seed: UInt64 = 0
    for rows in Array(0...17) + [31, 32, 33] {
      for columns in [0, 1, 3, 15, 16, 17, 31, 33, 127, 128, 129, 200] {
        seed += 1
        check(
          StructuredCase(
            rows: rows, columns: columns, batch: [1, 4, 3, 8, 2][Int(seed % 5)], .window(slots: slots),
            seed: seed),
          slots, how)
      }
    }
  }

  /// More rows than a panel, more columns than are packed at once.
  @Test("Several panels and runs of columns", arguments: sets, slots)
  func panels(_ how: InstructionSet, slots: Int) {
    for (rows, columns, batch) in [(270, 40, 2), (20, 530, 8), (20, 4200, 1), (20, 1500, 3)] {
      check(
        StructuredCase(
          rows: rows, columns: columns, batch: batch, .window(slots: slots), seed: UInt64(rows)), slots, how)
    }
  }

  @Test("All-zero masks, and windows with every slot used", arguments: sets)
  func extremes(_ how: InstructionSet) {
    for batch in [1, 5] {
      let empty = StructuredCase(
        rows: 18, columns: 40, batch: batch, .blocks(BlockShape(rows: 4, columns: 1), density: 0), seed: 1)
      for slots in Self.slots { check(empty, slots, how) }
      // All ones fit where a window has no more columns than slots.
      let full = StructuredCase(
        rows: 18, columns: 8, batch: batch, .blocks(BlockShape(rows: 4, columns: 1), density: 1),
        emptyRows: false,
        seed: 2)
      #expect(full.matrix.survivors == 18 * 8)
      check(full, 8, how)
    }
  }

  @Test("Activations are those of the element-wise kernels", arguments: sets, [1, 3, 8, 11])
  func activationsOfRows(_ how: InstructionSet, batch: Int) {
    let test = StructuredCase(rows: 21, columns: 80, batch: batch, .window(slots: 4), seed: 3)
    let layout = SparseNOfMLayout(test.matrix, slotsPerWindow: 4)
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

  @Test("The number of threads does not change a bit", arguments: sets, [1, 7])
  func threads(_ how: InstructionSet, batch: Int) {
    let test = StructuredCase(rows: 800, columns: 700, batch: batch, .window(slots: 8), seed: 5)
    let layout = SparseNOfMLayout(test.matrix, slotsPerWindow: 8)
    let results = [1, 2, 3, 8].map { threads in
      test.product { on(how, threads: threads).multiply(layout, by: $0, bias: $1, into: $2) }.map(
        \.bitPattern)
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }
}
