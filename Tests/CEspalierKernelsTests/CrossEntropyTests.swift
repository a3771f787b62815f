import CEspalierKernels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

struct CrossEntropyTests {
  @Test(arguments: KernelSet.available, [Float(0), 0.1])
  func lossGradientAndCountAgreeWithTheExactOnes(_ kernels: KernelSet, _ smoothing: Float) {
    var random = SeededGenerator(seed: 8)
    let scale: Float = 0.125
    for rows in [1, 2, 10, 37] {
      for columns in interestingCounts.filter({ $0 <= 67 }) {
        let size: Float = [2, 30, 1e4][columns % 3]
        let x = StridedMatrix(rows: rows, columns: columns, gap: columns % 5) { _, _ in
          random.floats(1, in: -size...size)[0]
        }
        let targets = GuardedBuffer(
          (0..<columns).map { _ in Int32.random(in: 0..<Int32(rows), using: &random) })
        let gradient = StridedMatrix(rows: rows, columns: columns, gap: columns % 5) { _, _ in .nan }
        let found = kernels.table.softmax_cross_entropy(
          x.pointer, gradient.pointer, rows, columns, x.stride, targets.pointer, smoothing, scale)

        let s = Double(smoothing)
        var (loss, allowed, correct, worst) = (0.0, 0.0, 0, WorstError())
        for c in 0..<columns {
          let column = x.column(c)
          let (normalizer, largest) = logSumExp(column)
          let target = Int(targets[c])
          correct += column.firstIndex(of: largest) == target ? 1 : 0
          for r in 0..<rows {
            let below = abs(column[r] - largest)
            let p = exp(column[r] - normalizer)
            let q = s / Double(rows) + (r == target ? 1 - s : 0)
            loss += q * (normalizer - column[r])
            allowed += q * (4 * below + 2 * Double(rows) + 12) * unitRoundoff
            worst.note(
              gradient[r, c], exact: (p - q) * Double(scale),
              bound: Double(scale) * (p * (2 * below + Double(rows) + 12) + 6 * q) * unitRoundoff + ulp(0),
              at: "row \(r), column \(c)")
          }
        }
        let context = "\(rows) × \(columns), logits ±\(size), seed 8"
        #expect(
          abs(found.loss - loss) <= allowed,
          "\(context): loss \(found.loss) instead of \(loss) ± \(allowed)")
        #expect(found.correct == correct, "\(context)")
        #expect(worst.isAllowed && gradient.gapsAreUntouched, "\(context): \(worst)")

        let without = kernels.table.softmax_cross_entropy(
          x.pointer, nil, rows, columns, x.stride, targets.pointer, smoothing, scale)
        let inPlace = kernels.table.softmax_cross_entropy(
          x.pointer, x.pointer, rows, columns, x.stride, targets.pointer, smoothing, scale)
        for other in [without, inPlace] {
          #expect(other.loss == found.loss && other.correct == found.correct, "\(context)")
        }
        #expect(x.hasSameBits(as: gradient), "in place, \(context)")
      }
    }
  }

  @Test(arguments: KernelSet.available)
  func theLowestRowWinsTies(_ kernels: KernelSet) {
    // Columns: rows 1 and 2 tie, then rows 0 and 2.
    let x = GuardedBuffer<Float>([0, 5, 7, 1, 7, 5])
    let targets = GuardedBuffer<Int32>([0, 0])
    let counts = [(1, 0), (2, 0), (1, 2), (2, 2)].map { first, second in
      (targets[0], targets[1]) = (Int32(first), Int32(second))
      return kernels.table.softmax_cross_entropy(x.pointer, nil, 3, 2, 2, targets.pointer, 0, 1).correct
    }
    #expect(counts == [2, 1, 1, 0])
  }

  @Test(arguments: KernelSet.available)
  func minusInfinityElsewhereCostsNothing(_ kernels: KernelSet) {
    let x = GuardedBuffer<Float>([2, -.infinity, 2])
    let target = GuardedBuffer<Int32>([0])
    let found = kernels.table.softmax_cross_entropy(
      x.pointer, x.pointer, 3, 1, 1, target.pointer, 0, 1)
    #expect(abs(found.loss - log(2)) < 1e-7 && found.correct == 1)
    #expect(x.values == [-0.5, 0, 0.5])
  }

  @Test(arguments: KernelSet.available)
  func columnsWithoutANumberAreNeverCorrect(_ kernels: KernelSet) {
    let x = GuardedBuffer([Float](repeating: .nan, count: 2 * 20))
    let targets = GuardedBuffer([Int32](repeating: 0, count: 20))
    let found = kernels.table.softmax_cross_entropy(
      x.pointer, nil, 2, 20, 20, targets.pointer, 0, 1)
    #expect(found.loss.isNaN && found.correct == 0)
  }

  @Test(arguments: KernelSet.available)
  func squaredErrorAndItsGradient(_ kernels: KernelSet) {
    var random = SeededGenerator(seed: 9)
    for count in interestingCounts {
      let y = GuardedBuffer(random.floats(count))
      let targets = GuardedBuffer(random.floats(count))
      let gradient = GuardedBuffer([Float](repeating: .nan, count: count))
      let loss = kernels.table.squared_error(y.pointer, targets.pointer, gradient.pointer, count, 0.3)
      var (exact, worst) = (0.0, WorstError())
      for i in 0..<count {
        let difference = Double(y[i]) - Double(targets[i])
        exact += difference * difference
        worst.note(
          gradient[i], exact: 2 * difference * Double(Float(0.3)), bound: 2 * ulp(difference),
          at: "element \(i)")
      }
      #expect(
        abs(loss - exact) <= 4 * unitRoundoff * exact, "\(count) elements, seed 9: \(loss), not \(exact)")
      #expect(worst.isAllowed && gradient.isUntouchedBefore, "\(count) elements, seed 9: \(worst)")
      #expect(kernels.table.squared_error(y.pointer, targets.pointer, nil, count, 0.3) == loss)
      #expect(kernels.table.squared_error(y.pointer, targets.pointer, y.pointer, count, 0.3) == loss)
      #expect(y.values == gradient.values, "in place, \(count) elements, seed 9")
    }
  }
}
