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
}
