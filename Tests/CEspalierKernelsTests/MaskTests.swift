import CEspalierKernels
import Testing

struct MaskTests {
  @Test(arguments: KernelSet.available)
  func applyingKeepsExactlyTheSetBits(_ kernels: KernelSet) {
    var random = SeededGenerator(seed: 11)
    for count in interestingCounts {
      var values = random.floats(count)
      for i in 0..<count where i % 7 == 3 { values[i] = [.nan, -0.0, .infinity][i % 3] }
      let words = random.maskWords(count)
      let mask = GuardedBuffer(words)
      let x = GuardedBuffer(values)
      let y = GuardedBuffer([Float](repeating: .nan, count: count))
      kernels.table.apply_mask(y.pointer, x.pointer, mask.pointer, count)
      let expected = (0..<count).map { isKept(words, $0) ? values[$0].bitPattern : 0 }
      #expect(y.values.map(\.bitPattern) == expected && y.isUntouchedBefore, "\(count) elements, seed 11")
      kernels.table.apply_mask(x.pointer, x.pointer, mask.pointer, count)
      #expect(x.values.map(\.bitPattern) == expected, "in place, \(count) elements, seed 11")
      #expect(mask.values == words)
    }
  }

  @Test(arguments: KernelSet.available)
  func magnitudesComposeWithTheMask(_ kernels: KernelSet) {
    var random = SeededGenerator(seed: 12)
    for count in interestingCounts {
      var values = random.floats(count)
      for i in 0..<count where i % 5 == 2 { values[i] = [.nan, 0.25, -0.25, 0, -.infinity][i / 5 % 5] }
      let x = GuardedBuffer(values)
      var words = random.maskWords(count)
      for threshold: Float in [0, 0.25, 0.5, .infinity] {
        let mask = GuardedBuffer(words)
        let left = kernels.table.mask_by_magnitude(
          x.pointer, mask.pointer, count, threshold)
        var expected = [UInt64](repeating: 0, count: words.count)
        for i in 0..<count where isKept(words, i) && abs(values[i]) >= threshold {
          expected[i / 64] |= 1 << UInt64(i % 64)
        }
        #expect(mask.values == expected && mask.isUntouchedBefore, "\(count) elements, seed 12")
        #expect(left == expected.reduce(0) { $0 + $1.nonzeroBitCount }, "\(count) elements, seed 12")
        words = mask.values
      }
    }
  }

  @Test(arguments: KernelSet.available)
  func aThresholdThatIsNoNumberPrunesAll(_ kernels: KernelSet) {
    let x = GuardedBuffer([Float](repeating: 1, count: 70))
    let mask = GuardedBuffer<UInt64>([.max, .max])
    let left = kernels.table.mask_by_magnitude(
      x.pointer, mask.pointer, 70, .nan)
    #expect(left == 0 && mask.values == [0, 0])
  }
}
