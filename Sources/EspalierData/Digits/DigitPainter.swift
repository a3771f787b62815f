internal import Dispatch
internal import EspalierTensors

/// Draws handwritten-looking digits: 28×28 grey-scale images for machines that have no data set.
///
/// A sample is one of a few glyphs of its digit, drawn with a random affine map, a smooth elastic distortion,
/// an unsteady hand, a pen of varying width and pressure, worn spots, stray lines and specks. Ink is bright
/// (up to 255) on a background of 0, as in MNIST. Trained on 60,000 samples, a linear classifier gets about
/// 88 % of new ones right, LeNet-300-100 between 98 and 99 %.
///
/// A sample depends on the seed and its index only: not on the samples drawn before it, on the number of
/// threads or on the mathematical library of the platform. A sample takes a thread about 10 µs.
public struct DigitPainter: Sendable {
  /// Pixels along one side of an image.
  public static let side = 28
  /// Pixels of an image, in rows from the top.
  public static let pixelCount = side * side
  /// The number of classes: the digits 0 to 9.
  public static let classCount = 10

  private let seed: UInt64

  /// A painter of the samples of `seed`; different seeds give unrelated samples.
  public init(seed: UInt64) { self.seed = seed }

  /// The digit of sample `index`.
  ///
  /// The indices 10·k ..< 10·(k + 1) hold every digit once, in an order of their own, so any run of samples
  /// is balanced up to its two ends.
  public func digit(at index: UInt64) -> Int {
    let classes = UInt64(Self.classCount)
    var stream = DigitStream(seed: seed, purpose: .labels, index: index / classes)
    var digits = Array(0..<Self.classCount)
    for last in stride(from: Self.classCount - 1, to: 0, by: -1) {
      digits.swapAt(last, stream.below(last + 1))
    }
    return digits[Int(index % classes)]
  }

  /// Paints `digit` in the hand of sample `index` into 784 bytes, rows from the top.
  ///
  /// The same seed, index and digit always give the same image. Traps when `digit` lies outside 0 ... 9 or
  /// `pixels` does not hold 784 bytes.
  public func paint(digit: Int, index: UInt64, into pixels: UnsafeMutableBufferPointer<UInt8>) {
    precondition((0..<Self.classCount).contains(digit), "\(digit) is no digit of 0 ... 9")
    precondition(
      pixels.count == Self.pixelCount, "an image takes \(Self.pixelCount) bytes, not \(pixels.count)")
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.pixelCount) { memory in
      let canvas = DigitCanvas(clearing: memory)
      let stream = DigitStream(seed: seed, purpose: .image, index: index)
      var pen = DigitPen(stream: stream, canvas: canvas)
      pen.write(digit)
      canvas.write(into: pixels)
    }
  }

  /// The samples `firstIndex` ..< `firstIndex` + `count`: images one after another (784 bytes each) and their
  /// digits.
  ///
  /// Disjoint ranges of indices of one painter make a training and a test set. Paints on up to
  /// `ThreadCount.current` threads; the result does not depend on their number. Traps when `count` is
  /// negative or the indices run past `UInt64.max`.
  public func samples(count: Int, from firstIndex: UInt64 = 0) -> (images: [UInt8], labels: [UInt8]) {
    precondition(count >= 0, "cannot paint \(count) samples")
    var labels = [UInt8]()
    let images = [UInt8](unsafeUninitializedCapacity: count * Self.pixelCount) { images, initializedCount in
      labels = [UInt8](unsafeUninitializedCapacity: count) { labels, initializedCount in
        paint(from: firstIndex, into: images, labels: labels)
        initializedCount = count
      }
      initializedCount = count * Self.pixelCount
    }
    return (images, labels)
  }

  private func paint(
    from firstIndex: UInt64, into images: UnsafeMutableBufferPointer<UInt8>,
    labels: UnsafeMutableBufferPointer<UInt8>
  ) {
    // Each part writes to images and labels of its own.
    nonisolated(unsafe) let images = images
    nonisolated(unsafe) let labels = labels
    let count = labels.count
    let parts = min(ThreadCount.current, count)
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      for sample in count * part / parts..<count * (part + 1) / parts {
        let index = firstIndex + UInt64(sample)
        let digit = digit(at: index)
        let start = sample * Self.pixelCount
        labels.initializeElement(at: sample, to: UInt8(digit))
        paint(digit: digit, index: index, into: .init(rebasing: images[start..<start + Self.pixelCount]))
      }
    }
  }
}
