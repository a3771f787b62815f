import CEspalierKernels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// log Σ exp over a column, and the largest of it.
func logSumExp(_ column: [Double]) -> (value: Double, largest: Double) {
  let largest = column.max() ?? -.infinity
  return (largest + log(column.reduce(0) { $0 + exp($1 - largest) }), largest)
}

struct SoftmaxTests {
  /// The gradient of log-softmax in row 1, with dy = (1, 0), is −e^y · 1: the kernels' exponential itself.
  private func exponentials(_ kernels: KernelSet, _ inputs: [Float]) -> [Float] {
    let n = inputs.count
    let y = GuardedBuffer([Float](repeating: 0, count: n) + inputs)
    let dy = GuardedBuffer([Float](repeating: 1, count: n) + [Float](repeating: 0, count: n))
    kernels.table.softmax_gradient(dy.pointer, dy.pointer, y.pointer, 2, n, n, true)
    return dy.values.suffix(n).map { -$0 }
  }

  @Test(arguments: KernelSet.available)
  func exponentialIsWithinTwoUnitsInTheLastPlace(_ kernels: KernelSet) {
    var random = SeededGenerator(seed: 5)
    let inputs =
      [0, -0.0, .infinity, -.infinity, .nan, 88.72283, 88.72284, 88.8, -87.4, -103.97, -103.98, 1e10, -1e10]
      + random.floats(10_000, in: -105...90) + random.floats(5_000) + random.floats(5_000, in: -1e-3...1e-3)
    var worst = WorstError()
    for (x, y) in zip(inputs, exponentials(kernels, inputs)) {
      let exact = exp(Double(x))
      let gradual = Double(max(Float(exact).ulp, .leastNonzeroMagnitude))  // below the normal numbers too
      worst.note(y, exact: exact, bound: exact.isFinite ? 2 * gradual : 0, at: "exp(\(x))")
    }
    #expect(worst.isAllowed, "seed 5: \(worst)")
  }

  @Test(arguments: KernelSet.available)
  func logarithmIsWithinTwoUnitsInTheLastPlace(_ kernels: KernelSet) {
    // Of n equal rows the sum of the exponentials is n exactly.
    var worst = WorstError()
    for n in Array(1...70) + [100, 127, 128, 129, 777, 1000, 1023, 1024, 3000] {
      let x = GuardedBuffer([Float](repeating: 1.5, count: n))
      kernels.table.softmax(x.pointer, x.pointer, n, 1, 1, true)
      let exact = -log(Double(n))
      worst.note(x[n - 1], exact: exact, bound: 2 * ulp(exact), at: "ln \(n)")
    }
    #expect(worst.isAllowed, "\(worst)")
  }

  @Test(arguments: KernelSet.available, [false, true])
  func agreesWithTheExactOne(_ kernels: KernelSet, _ logarithm: Bool) {
    var random = SeededGenerator(seed: 6)
    for rows in [1, 2, 10, 33] {
      for columns in interestingCounts.filter({ $0 <= 67 }) {
        let size: Float = [1, 20, 1e4][columns % 3]
        let x = StridedMatrix(rows: rows, columns: columns, gap: columns % 4) { _, _ in
          random.floats(1, in: -size...size)[0]
        }
        let y = StridedMatrix(rows: rows, columns: columns, gap: columns % 4) { _, _ in .nan }
        kernels.table.softmax(y.pointer, x.pointer, rows, columns, x.stride, logarithm)
        var worst = WorstError()
        for c in 0..<columns {
          let column = x.column(c)
          let (normalizer, largest) = logSumExp(column)
          for r in 0..<rows {
            let below = abs(column[r] - largest)
            let exact = logarithm ? column[r] - normalizer : exp(column[r] - normalizer)
            // The difference rounds (an absolute error in the exponent); each of the sum's additions does
            // too.
            let relative = (2 * below + Double(rows) + 10) * unitRoundoff
            worst.note(
              y[r, c], exact: exact, bound: relative * (logarithm ? 1 : exact) + ulp(0),
              at: "row \(r), column \(c)")
          }
        }
        #expect(
          worst.isAllowed && y.gapsAreUntouched, "\(rows) × \(columns), logits ±\(size), seed 6: \(worst)")
        kernels.table.softmax(x.pointer, x.pointer, rows, columns, x.stride, logarithm)
        #expect(x.hasSameBits(as: y), "in place, \(rows) × \(columns), seed 6")
      }
    }
  }

  @Test(arguments: KernelSet.available)
  func aColumnOfNaNStaysAmongItself(_ kernels: KernelSet) {
    let x = StridedMatrix(rows: 3, columns: 20, gap: 0) { r, c in r == 1 && c == 7 ? .nan : Float(r - c) }
    kernels.table.softmax(x.pointer, x.pointer, 3, 20, 20, false)
    for c in 0..<20 {
      #expect((0..<3).allSatisfy { x[$0, c].isNaN == (c == 7) }, "column \(c)")
    }
  }

  @Test(arguments: KernelSet.available)
  func aLogitOfMinusInfinityHasNoProbability(_ kernels: KernelSet) {
    let x = GuardedBuffer<Float>([-.infinity, 3])
    kernels.table.softmax(x.pointer, x.pointer, 2, 1, 1, false)
    #expect(x.values == [0, 1])
  }

  @Test(arguments: KernelSet.available, [false, true])
  func gradientAgreesWithTheExactOne(_ kernels: KernelSet, _ logarithm: Bool) {
    var random = SeededGenerator(seed: 7)
    let rows = 5
    for columns in interestingCounts.filter({ $0 <= 67 }) {
      let y = StridedMatrix(rows: rows, columns: columns, gap: 2) { _, _ in
        logarithm ? random.floats(1, in: -8...0)[0] : random.floats(1, in: 0...1)[0]
      }
      let dy = StridedMatrix(rows: rows, columns: columns, gap: 2) { _, _ in random.floats(1)[0] }
      let dx = StridedMatrix(rows: rows, columns: columns, gap: 2) { _, _ in .nan }
      kernels.table.softmax_gradient(dx.pointer, dy.pointer, y.pointer, rows, columns, dy.stride, logarithm)
      var worst = WorstError()
      for c in 0..<columns {
        let (outputs, gradients) = (y.column(c), dy.column(c))
        let sum = logarithm ? gradients.reduce(0, +) : zip(outputs, gradients).reduce(0) { $0 + $1.0 * $1.1 }
        for r in 0..<rows {
          let exact = logarithm ? gradients[r] - exp(outputs[r]) * sum : outputs[r] * (gradients[r] - sum)
          worst.note(
            dx[r, c], exact: exact, bound: 4 * Double(rows) * 6 * unitRoundoff, at: "row \(r), column \(c)")
        }
      }
      #expect(worst.isAllowed && dx.gapsAreUntouched, "\(columns) columns, seed 7: \(worst)")
      kernels.table.softmax_gradient(dy.pointer, dy.pointer, y.pointer, rows, columns, dy.stride, logarithm)
      #expect(dy.hasSameBits(as: dx), "in place, \(columns) columns, seed 7")
    }
  }
}
