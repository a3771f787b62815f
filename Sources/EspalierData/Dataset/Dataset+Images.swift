public import EspalierTensors

extension Dataset {
  /// Images scaled to 0…1, with their classes.
  public init(_ images: LabeledImages) {
    self.init(
      images: images.images, imageShape: images.sampleShape, labels: images.labels,
      classCount: images.classCount)
  }

  /// 60,000 digits to train on and 10,000 to test on, drawn by the program itself; the same seed draws the same.
  ///
  /// Takes a second or two. See `DigitPainter` for what they look like and how hard they are.
  public static func builtInDigits(
    seed: UInt64 = 0, trainingCount: Int = 60_000, testCount: Int = 10_000
  ) -> (training: Dataset, test: Dataset) {
    let painter = DigitPainter(seed: seed)
    let (images, labels) = painter.samples(count: trainingCount + testCount)
    let all = Dataset(
      images: images, imageShape: [DigitPainter.side, DigitPainter.side], labels: labels,
      classCount: DigitPainter.classCount)
    return (all.slice(0..<trainingCount), all.slice(trainingCount..<all.count))
  }

  /// All samples as one tensor [count, sample shape…], bytes turned into byte · scale + offset.
  public var tensor: Tensor {
    let shape = [count] + sampleShape
    return switch samples {
    case .floats(let values): Tensor(values, shape: shape)
    case .bytes(let bytes, let scale, let offset):
      Tensor(shape: shape) { values in
        for (index, byte) in bytes.enumerated() {
          values.initializeElement(at: index, to: Float(byte) * scale + offset)
        }
      }
    }
  }
}
