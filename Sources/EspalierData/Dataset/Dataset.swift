/// Samples with what a network should answer: what training and evaluation read.
///
/// Samples are kept as they came — bytes or `Float`s, one row a sample — and brought into the feature-major layout batch
/// by batch. Value semantics; copies share storage.
public struct Dataset: Sendable {
  /// How samples are stored.
  public enum Samples: Sendable {
    /// Bytes, turned into byte · scale + offset.
    case bytes([UInt8], scale: Float, offset: Float)
    /// Ready values.
    case floats([Float])
  }

  /// What a network should answer.
  public enum Answers: Sendable {
    /// A class in 0 ..< count for each sample.
    case classes([Int32], count: Int)
    /// `width` values for each sample.
    case values([Float], width: Int)
  }

  /// The shape of one sample.
  public let sampleShape: [Int]
  /// The number of samples.
  public let count: Int
  /// The stored samples.
  public let samples: Samples
  /// The stored answers.
  public let answers: Answers

  /// The values of one sample.
  public var featureCount: Int { sampleShape.reduce(1, *) }

  /// The width of an answer: the number of classes or of values.
  public var answerWidth: Int {
    switch answers {
    case .classes(_, let count): count
    case .values(_, let width): width
    }
  }

  /// A data set of the given samples and answers.
  ///
  /// Traps when their numbers disagree, or when a class lies outside 0 ..< count.
  public init(samples: Samples, sampleShape: [Int], answers: Answers) {
    self.samples = samples
    self.sampleShape = sampleShape
    self.answers = answers
    switch answers {
    case .classes(let classes, let classCount):
      count = classes.count
      precondition(
        classes.allSatisfy { $0 >= 0 && $0 < classCount }, "every class must lie in 0 ..< \(classCount)")
    case .values(let values, let width):
      precondition(width > 0 && values.count % width == 0, "\(values.count) values are no rows of \(width)")
      count = values.count / width
    }
    let values =
      switch samples {
      case .bytes(let bytes, _, _): bytes.count
      case .floats(let floats): floats.count
      }
    precondition(
      values == count * sampleShape.reduce(1, *),
      "\(values) values are not \(count) samples of shape \(sampleShape)")
  }

  /// Images of bytes scaled to 0…1, with a class each.
  public init(images: [UInt8], imageShape: [Int], labels: [UInt8], classCount: Int) {
    self.init(
      samples: .bytes(images, scale: 1 / 255, offset: 0), sampleShape: imageShape,
      answers: .classes(labels.map(Int32.init), count: classCount))
  }

  /// The first `limit` samples; all of them when there are fewer.
  public func prefix(_ limit: Int) -> Dataset { slice(0..<min(limit, count)) }

  /// The samples at consecutive positions, copied.
  public func slice(_ range: Range<Int>) -> Dataset {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) outside \(count) samples")
    let features = range.lowerBound * featureCount..<range.upperBound * featureCount
    let samples: Samples =
      switch samples {
      case .bytes(let bytes, let scale, let offset):
        .bytes(Array(bytes[features]), scale: scale, offset: offset)
      case .floats(let floats): .floats(Array(floats[features]))
      }
    let answers: Answers =
      switch answers {
      case .classes(let classes, let classCount): .classes(Array(classes[range]), count: classCount)
      case .values(let values, let width):
        .values(Array(values[range.lowerBound * width..<range.upperBound * width]), width: width)
      }
    return Dataset(samples: samples, sampleShape: sampleShape, answers: answers)
  }
}
