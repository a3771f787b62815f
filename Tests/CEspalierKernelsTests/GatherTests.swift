import CEspalierKernels
import Testing

struct GatherTests {
  private let available = 9

  @Test(arguments: KernelSet.available)
  func bytes(_ kernels: KernelSet) {
    var random = SeededGenerator(seed: 16)
    for features in interestingSizes + [300] {
      let source = GuardedBuffer(
        (0..<available * features).map { _ in UInt8.random(in: 0...255, using: &random) })
      check(features, &random, values: source.values.map(Double.init)) { y, indices, count in
        kernels.table.gather_bytes(
          y.pointer, y.stride, source.pointer, features, indices, count, Self.scale, Self.offset)
      }
    }
  }

  @Test(arguments: KernelSet.available)
  func floats(_ kernels: KernelSet) {
    var random = SeededGenerator(seed: 16)
    for features in interestingSizes {
      let source = GuardedBuffer(random.floats(available * features, in: -200...200))
      check(features, &random, values: source.values.map(Double.init)) { y, indices, count in
        kernels.table.gather_floats(
          y.pointer, y.stride, source.pointer, features, indices, count, Self.scale, Self.offset)
      }
    }
  }

  private static let scale: Float = 0.0123
  private static let offset: Float = -0.5

  /// Gathers batches of several sizes, the last sample (which ends at the guarded page) among them.
  private func check(
    _ features: Int, _ random: inout SeededGenerator, values: [Double],
    gather: (_ y: StridedMatrix, _ indices: UnsafePointer<Int32>, _ count: Int) -> Void
  ) {
    for samples in interestingSizes {
      var chosen = (0..<samples).map { _ in Int32.random(in: 0..<Int32(available), using: &random) }
      if samples > 0 { chosen[samples - 1] = Int32(available - 1) }
      let indices = GuardedBuffer(chosen)
      let y = StridedMatrix(rows: features, columns: samples, gap: samples % 3) { _, _ in .nan }
      gather(y, indices.pointer, samples)
      var worst = WorstError()
      for f in 0..<features {
        for s in 0..<samples {
          let product = values[Int(chosen[s]) * features + f] * Double(Self.scale)
          let exact = product + Double(Self.offset)
          worst.note(
            y[f, s], exact: exact, bound: (abs(product) + abs(exact)) * unitRoundoff,
            at: "feature \(f), sample \(s)")
        }
      }
      #expect(worst.isAllowed && y.gapsAreUntouched, "\(features) features × \(samples), seed 16: \(worst)")
    }
  }

  @Test(arguments: KernelSet.available)
  func ofBytesIsExactWithoutScaling(_ kernels: KernelSet) {
    let bytes = (0...255).map { UInt8($0) }
    let source = GuardedBuffer(bytes)
    let index = GuardedBuffer<Int32>([0])
    let y = GuardedBuffer([Float](repeating: .nan, count: 256))
    kernels.table.gather_bytes(
      y.pointer, 1, source.pointer, 256, index.pointer, 1, 1, 0)
    #expect(y.values == bytes.map(Float.init))
  }
}
