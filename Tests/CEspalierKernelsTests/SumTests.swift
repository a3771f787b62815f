import CEspalierKernels
import Testing

struct SumTests {
  @Test(arguments: KernelSet.available)
  func addsElementByElement(_ kernels: KernelSet) {
    var random = SeededGenerator(seed: 14)
    for count in interestingCounts {
      let (a, b) = (random.floats(count), random.floats(count))
      let expected = zip(a, b).map { $0 + $1 }
      let (left, right) = (GuardedBuffer(a), GuardedBuffer(b))
      let addend = GuardedBuffer(b)
      let y = GuardedBuffer([Float](repeating: .nan, count: count))
      kernels.table.sum(y.pointer, left.pointer, right.pointer, count)
      #expect(y.values == expected && y.isUntouchedBefore, "\(count) elements, seed 14")
      kernels.table.sum(right.pointer, left.pointer, right.pointer, count)
      kernels.table.sum(left.pointer, left.pointer, addend.pointer, count)
      #expect(left.values == expected && right.values == expected, "in place, \(count) elements, seed 14")
    }
  }

  @Test(arguments: KernelSet.available)
  func momentsAreSummedInDoublePrecision(_ kernels: KernelSet) {
    var random = SeededGenerator(seed: 15)
    for count in interestingCounts + [5000] {
      let values = random.floats(count, in: 999...1001)
      let x = GuardedBuffer(values)
      var out = [Double.nan, .nan]
      kernels.table.moments(x.pointer, count, 1000.25, &out)
      let sum = values.reduce(0.0) { $0 + Double($1) }
      let squares = values.reduce(0.0) { $0 + (Double($1) - 1000.25) * (Double($1) - 1000.25) }
      let n = Double(count)
      #expect(abs(out[0] - sum) <= n * 0x1p-53 * sum, "\(count) elements, seed 15")
      #expect(abs(out[1] - squares) <= (n + 4) * 0x1p-53 * squares, "\(count) elements, seed 15")
    }
  }
}
