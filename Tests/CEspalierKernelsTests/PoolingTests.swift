import CEspalierKernels
import Testing

/// Pooling and normalisation at the ends of guarded memory, against plain loops: images of every width around a vector's,
/// batches of one, of parts of a vector and of whole ones.
struct PoolingTests {
  private static let widths = [2, 3, 5, 16, 17, 31, 32, 33, 34, 35, 48, 67]
  private static let batches = [1, 2, 15, 16, 17, 33]

  private func windows(
    width: Int, batch: Int, kernel: Int, stride: Int, padding: Int
  ) -> EspalierWindows {
    let length = { (size: Int) in (size + 2 * padding - kernel) / stride + 1 }
    return EspalierWindows(
      batch: batch, height: 4, width: width, output_height: length(4), output_width: length(width),
      rows: kernel, columns: kernel, row_stride: stride, column_stride: stride, row_padding: padding,
      column_padding: padding, divisor: ESPALIER_BY_TAPS)
  }

  /// The pixels of window (i, j) inside the image, with their taps, in the order of the taps.
  private func pixels(_ w: EspalierWindows, _ i: Int, _ j: Int) -> [(tap: Int, pixel: Int)] {
    (0..<w.rows * w.columns).compactMap { tap in
      let row = i * w.row_stride - w.row_padding + tap / w.columns
      let column = j * w.column_stride - w.column_padding + tap % w.columns
      let isInside = (0..<w.height).contains(row) && (0..<w.width).contains(column)
      return isInside ? (tap, row * w.width + column) : nil
    }
  }

  @Test(arguments: KernelSet.available)
  func windowsMatchPlainLoops(_ kernels: KernelSet) {
    var generator = SeededGenerator(seed: 1)
    for width in Self.widths {
      for batch in Self.batches {
        for (kernel, stride, padding) in [(2, 2, 0), (3, 1, 1), (2, 3, 0), (3, 2, 1)] where kernel <= width {
          check(
            kernels, windows(width: width, batch: batch, kernel: kernel, stride: stride, padding: padding),
            &generator)
        }
      }
    }
  }

  private func check(_ kernels: KernelSet, _ windows: EspalierWindows, _ generator: inout SeededGenerator) {
    var w = windows
    let (channels, image) = (2, w.height * w.width * w.batch)
    let outputs = w.output_height * w.output_width * w.batch
    let x = GuardedBuffer(generator.floats(channels * image))
    let dy = GuardedBuffer(generator.floats(channels * outputs))
    let (largest, mean) = (
      GuardedBuffer([Float](repeating: .nan, count: channels * outputs)),
      GuardedBuffer([Float](repeating: .nan, count: channels * outputs))
    )
    let taps = GuardedBuffer([UInt16](repeating: .max, count: channels * outputs))
    let gradients = (0..<2).map { _ in GuardedBuffer([Float](repeating: .nan, count: channels * image)) }
    kernels.table.max_pool(largest.pointer, taps.pointer, x.pointer, channels, &w)
    kernels.table.max_pool_gradient(gradients[0].pointer, dy.pointer, taps.pointer, channels, &w)
    kernels.table.mean_pool(mean.pointer, x.pointer, channels, &w)
    kernels.table.mean_pool_gradient(gradients[1].pointer, dy.pointer, channels, &w)
    var expected = [[Double]](repeating: [Double](repeating: 0, count: channels * image), count: 2)
    var worst = WorstError()
    for place in 0..<channels * outputs {
      let (window, sample) = (place / w.batch, place % w.batch)
      let channel = window / (w.output_height * w.output_width)
      let inside = pixels(w, window / w.output_width % w.output_height, window % w.output_width)
        .map { (tap: $0.tap, index: channel * image + $0.pixel * w.batch + sample) }
      let best = inside.reduce(inside[0]) { x[$1.index] > x[$0.index] ? $1 : $0 }
      let sum = inside.reduce(0.0) { $0 + Double(x[$1.index]) }
      let count = Double(w.rows * w.columns)
      worst.note(largest[place], exact: Double(x[best.index]), bound: 0, at: "maximum \(place)")
      worst.note(Float(taps[place]), exact: Double(best.tap), bound: 0, at: "tap \(place)")
      worst.note(mean[place], exact: sum / count, bound: 10 * unitRoundoff, at: "mean \(place)")
      expected[0][best.index] += Double(dy[place])
      for pixel in inside { expected[1][pixel.index] += Double(dy[place]) / count }
    }
    for index in 0..<channels * image {
      for way in 0..<2 {
        worst.note(
          gradients[way][index], exact: expected[way][index], bound: 90 * unitRoundoff,
          at: "gradient \(way), \(index)")
      }
    }
    #expect(
      worst.isAllowed,
      "\(worst), width \(w.width), batch \(w.batch), kernel \(w.rows), stride \(w.row_stride)")
  }

  @Test(arguments: KernelSet.available)
  func statisticsAndGradientsOfChannels(_ kernels: KernelSet) {
    var generator = SeededGenerator(seed: 2)
    for count in [1, 2, 15, 16, 17, 63, 64, 65, 1023, 1024, 1025, 3000] {
      let (x, dy) = (GuardedBuffer(generator.floats(count)), GuardedBuffer(generator.floats(count)))
      let (y, dx) = (
        GuardedBuffer([Float](repeating: .nan, count: count)),
        GuardedBuffer([Float](repeating: .nan, count: count))
      )
      let statistics = GuardedBuffer([Float](repeating: .nan, count: 2))
      kernels.table.channel_statistics(x.pointer, count, statistics.pointer, statistics.pointer + 1)
      let mean = x.values.reduce(0.0) { $0 + Double($1) } / Double(count)
      let variance = x.values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(count)
      var worst = WorstError()
      worst.note(statistics[0], exact: mean, bound: 32 * unitRoundoff, at: "mean of \(count)")
      worst.note(statistics[1], exact: variance, bound: 32 * unitRoundoff, at: "variance of \(count)")
      kernels.table.normalize_channel(y.pointer, x.pointer, count, 0.25, 2, -0.5, ESPALIER_RELU, 0)
      var sums = [0.0, 0.0]
      let before = dy.values
      kernels.table.channel_gradient_sums(
        dy.pointer, y.pointer, x.pointer, count, 0.25, ESPALIER_RELU, 0, &sums)
      kernels.table.channel_gradient(dx.pointer, dy.pointer, x.pointer, count, 0.25, 3, -2, 0.5)
      var expected = [0.0, 0.0]
      for index in 0..<count {
        let distance = Double(x[index]) - 0.25
        let positive = 2 * distance - 0.5 > 0
        worst.note(
          y[index], exact: max(2 * distance - 0.5, 0), bound: 4 * unitRoundoff, at: "y \(index) of \(count)")
        let gradient = positive ? Double(before[index]) : 0
        worst.note(dy[index], exact: gradient, bound: 0, at: "dy \(index) of \(count)")
        expected[0] += gradient
        expected[1] += gradient * distance
        worst.note(
          dx[index], exact: 3 * gradient - 2 * distance + 0.5, bound: 12 * unitRoundoff,
          at: "dx \(index) of \(count)")
      }
      for (found, exact) in zip(sums, expected) {
        // Up to 64 terms a lane in floats, the rest in double precision.
        worst.note(
          Float(found), exact: exact, bound: Double(count) * 64 * unitRoundoff, at: "sum of \(count)")
      }
      #expect(worst.isAllowed, "\(worst)")
    }
  }
}
