import CEspalierKernels
import Testing

struct ActivationGradientTests {
  /// Outputs or inputs that the derivative is taken at.
  private func references(_ test: ActivationCase, _ count: Int, _ random: inout SeededGenerator) -> [Float] {
    random.floats(count, in: test.referenceIsInput ? -12...12 : -1...1)
  }

  @Test(arguments: KernelSet.available, ActivationCase.all)
  func multipliesByTheDerivative(_ kernels: KernelSet, _ test: ActivationCase) {
    var random = SeededGenerator(seed: 3)
    for count in interestingCounts {
      let dy = GuardedBuffer(random.floats(count))
      let reference = GuardedBuffer(references(test, count, &random))
      let dx = GuardedBuffer([Float](repeating: .nan, count: count))
      kernels.table.activation_gradient(
        dx.pointer, dy.pointer, reference.pointer, count, test.activation, test.parameter)
      var worst = WorstError()
      for i in 0..<count {
        let exact = Double(dy[i]) * test.derivative(Double(reference[i]))
        // 1 - y² and y - y² may cancel: their rounding errors are absolute.
        worst.note(
          dx[i], exact: exact, bound: 6e-7 * abs(Double(dy[i])), at: "element \(i), y \(reference[i])")
      }
      #expect(worst.isAllowed && dx.isUntouchedBefore, "\(count) elements, seed 3: \(worst)")

      let out = dx.values
      kernels.table.activation_gradient(
        dy.pointer, dy.pointer, reference.pointer, count, test.activation, test.parameter)
      #expect(dy.values == out, "in place, \(count) elements, seed 3")
    }
  }

  @Test(arguments: KernelSet.available)
  func ofGELUIsFiniteEverywhere(_ kernels: KernelSet) {
    let x: [Float] = [.infinity, -.infinity, 1e30, -1e30, 20, -20, .nan]
    let reference = GuardedBuffer(x)
    let expected: [Float] = [1, 0, 1, 0, 1, 0]
    let dx = GuardedBuffer([Float](repeating: 1, count: x.count))
    kernels.table.activation_gradient(
      dx.pointer, dx.pointer, reference.pointer, x.count, ESPALIER_GELU, 0)
    #expect(Array(dx.values.prefix(6)) == expected)
    #expect(dx[6].isNaN)
  }

  @Test(arguments: KernelSet.available, ActivationCase.all.filter { !$0.referenceIsInput })
  func isSummedOverTheColumns(_ kernels: KernelSet, _ test: ActivationCase) {
    var random = SeededGenerator(seed: 4)
    let rows = 3
    for columns in interestingCounts {
      let gap = columns % 3
      let y = StridedMatrix(rows: rows, columns: columns, gap: gap) { _, _ in random.floats(1)[0] }
      let original = StridedMatrix(rows: rows, columns: columns, gap: gap) { _, _ in random.floats(1)[0] }
      let dy = StridedMatrix(copying: original)
      let sums = GuardedBuffer([Float](repeating: .nan, count: rows))
      kernels.table.activation_bias_gradient(
        dy.pointer, y.pointer, rows, columns, dy.stride, test.activation, test.parameter, sums.pointer)
      var worst = WorstError()
      for r in 0..<rows {
        let row = GuardedBuffer((0..<columns).map { original[r, $0] })
        kernels.table.activation_gradient(
          row.pointer, row.pointer, y.pointer + r * y.stride, columns, test.activation, test.parameter)
        #expect((0..<columns).allSatisfy { dy[r, $0] == row[$0] }, "row \(r), \(columns) columns, seed 4")
        let exact = row.values.reduce(0.0) { $0 + Double($1) }
        let magnitudes = row.values.reduce(0.0) { $0 + abs(Double($1)) }
        worst.note(sums[r], exact: exact, bound: Double(columns) * unitRoundoff * magnitudes, at: "row \(r)")
      }
      #expect(worst.isAllowed && dy.gapsAreUntouched, "\(columns) columns, seed 4: \(worst)")
    }
  }

  /// Rows of a few samples without gaps, more of them than one pass takes.
  @Test(arguments: KernelSet.available, 0...5)
  func isSummedOverManyShortRows(_ kernels: KernelSet, _ columns: Int) {
    var random = SeededGenerator(seed: 5)
    for rows in [1, 17, 256, 261, 600] {
      let count = rows * columns
      let y = GuardedBuffer(random.floats(count))
      let original = random.floats(count)
      let dy = GuardedBuffer(original)
      let sums = GuardedBuffer([Float](repeating: .nan, count: rows))
      kernels.table.activation_bias_gradient(
        dy.pointer, y.pointer, rows, columns, columns, ESPALIER_RELU, 0, sums.pointer)
      let expected = original.indices.map { y.values[$0] > 0 ? original[$0] : 0 }
      #expect(dy.values == expected, "\(rows) rows, seed 5")
      for row in 0..<rows {
        let own = expected[row * columns..<(row + 1) * columns]
        let exact = own.reduce(0.0) { $0 + Double($1) }
        let bound = Double(columns) * unitRoundoff * own.reduce(0.0) { $0 + abs(Double($1)) }
        #expect(abs(Double(sums.values[row]) - exact) <= bound, "row \(row) of \(rows), seed 5")
      }
    }
  }

  @Test(arguments: KernelSet.available)
  func needsNoOutputForTheIdentityAndNoSums(_ kernels: KernelSet) {
    let dy = StridedMatrix(rows: 2, columns: 21, gap: 3) { r, c in Float(r * 100 + c) }
    let before = StridedMatrix(copying: dy)
    let sums = GuardedBuffer([Float.nan, .nan])
    kernels.table.activation_bias_gradient(
      dy.pointer, nil, 2, 21, dy.stride, ESPALIER_IDENTITY, 0, sums.pointer)
    #expect(sums.values == [210, 2310] && dy.hasSameBits(as: before))
    kernels.table.activation_bias_gradient(dy.pointer, dy.pointer, 2, 21, dy.stride, ESPALIER_RELU, 0, nil)
    #expect(dy.hasSameBits(as: before) && dy.gapsAreUntouched)
  }
}
