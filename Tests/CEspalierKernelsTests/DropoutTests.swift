import CEspalierKernels
import Testing

struct DropoutTests {
  /// Which of `count` elements from `first` on are kept.
  private func kept(
    _ kernels: KernelSet, _ count: Int, key: UInt64, first: UInt64 = 0, probability: Float
  ) -> [Bool] {
    let x = GuardedBuffer([Float](repeating: 1, count: count))
    kernels.table.dropout(x.pointer, x.pointer, count, key, first, probability)
    return x.values.map { $0 != 0 }
  }

  @Test(arguments: KernelSet.available, [Float(0.01), 0.25, 0.5, 0.9])
  func dropsItsShareIndependently(_ kernels: KernelSet, _ probability: Float) {
    let count = 40_000
    let p = Double(probability)
    let a = kept(kernels, count, key: 1, probability: probability)
    let b = kept(kernels, count, key: 2, probability: probability)
    func share(_ dropped: [Bool]) -> Double { Double(dropped.count { $0 }) / Double(dropped.count) }
    // Five standard deviations of a binomial share.
    func allowed(_ p: Double) -> Double { 5 * (p * (1 - p) / Double(count - 64)).squareRoot() }
    #expect(abs(share(a.map { !$0 }) - p) < allowed(p))
    #expect(abs(share(zip(a, b).map { !$0 && !$1 }) - p * p) < allowed(p * p), "two keys")
    for lag in [1, 2, 3, 4, 8, 16, 64] {
      let both = share(zip(a, a.dropFirst(lag)).map { !$0 && !$1 })
      #expect(abs(both - p * p) < 1.5 * allowed(p * p), "elements \(lag) apart: \(both), not \(p * p)")
    }
  }

  @Test(arguments: KernelSet.available)
  func scalesWhatItKeeps(_ kernels: KernelSet) {
    var random = SeededGenerator(seed: 13)
    for count in interestingCounts {
      var values = random.floats(count)
      if count > 3 { (values[1], values[3]) = (.nan, .infinity) }
      let x = GuardedBuffer(values)
      let y = GuardedBuffer([Float](repeating: .nan, count: count))
      kernels.table.dropout(y.pointer, x.pointer, count, 99, 5, 0.2)
      let pattern = kept(kernels, count, key: 99, first: 5, probability: 0.2)
      let expected = (0..<count).map { pattern[$0] ? values[$0] * (1 / (1 - 0.2)) : 0 }
      #expect(y.values.map(\.isNaN) == expected.map(\.isNaN) && y.isUntouchedBefore)
      #expect(zip(y.values, expected).allSatisfy { $0 == $1 || $0.isNaN }, "\(count) elements, seed 13")
    }
  }

  @Test(arguments: KernelSet.available)
  func everythingAndNothing(_ kernels: KernelSet) {
    let values: [Float] = (0..<50).map { Float($0) }
    let x = GuardedBuffer(values)
    kernels.table.dropout(x.pointer, x.pointer, 50, 1, 0, 0)
    #expect(x.values == values)
    kernels.table.dropout(x.pointer, x.pointer, 50, 1, 0, 1)
    #expect(x.values.allSatisfy { $0.bitPattern == 0 })
  }

  /// Also across the place where the low 32 bits of the element numbers wrap.
  @Test(arguments: KernelSet.available, [0, 0xffff_ff9c, 0x6_ffff_ffff] as [UInt64])
  func thePatternBelongsToTheElement(_ kernels: KernelSet, _ first: UInt64) {
    let whole = kept(kernels, 200, key: 77, first: first, probability: 0.5)
    for start in interestingCounts where start <= 200 {
      let part = kept(kernels, 200 - start, key: 77, first: first + UInt64(start), probability: 0.5)
      #expect(part == Array(whole[start...]), "from \(start)")
    }
    #expect(whole == kept(KernelSet.all[0], 200, key: 77, first: first, probability: 0.5), "portable differs")
    #expect(whole != kept(kernels, 200, key: 77, first: first &+ 1 << 32, probability: 0.5))
  }
}
