public import EspalierFormats

/// Images of one shape, each with a class.
///
/// Storage only: pixels stay the bytes they were in the file until a batch is gathered.
public struct LabeledImages: Sendable {
  /// The pixels, `count` × the product of `sampleShape`, row-major: one image after the other.
  public let images: [UInt8]
  /// The shape of one image, for example `[28, 28]`.
  public let sampleShape: [Int]
  /// The class of each image, from 0 to `classCount - 1`.
  public let labels: [UInt8]
  /// The number of classes.
  public let classCount: Int

  /// The number of images.
  public var count: Int { labels.count }
  /// The number of pixels of an image: the product of `sampleShape`.
  public let featureCount: Int

  /// Pairs images with labels.
  ///
  /// - Parameters:
  ///   - images: an array of rank 2 to 4, images first.
  ///   - labels: an array of rank 1.
  ///   - classCount: the number of classes; if nil, the labels define it: the largest label and one.
  ///   - imagesFile: what to call the images in error messages.
  ///   - labelsFile: what to call the labels in error messages.
  /// - Precondition: `classCount` is nil or from 1 to 256.
  /// - Throws: `FormatError` if a rank is wrong, there are no images or they have no pixels, the counts
  ///   differ, or a label is not below `classCount`.
  public init(
    images: IDXArray, labels: IDXArray, classCount: Int? = nil, imagesFile: String = "images",
    labelsFile: String = "labels"
  ) throws {
    precondition(classCount.map((1...256).contains) ?? true, "\(classCount ?? 0) classes")
    guard images.dimensions.count >= 2 else {
      throw FormatError(
        file: imagesFile, place: "header", expected: "images, an array of rank 2 to 4", found: "rank 1")
    }
    guard labels.dimensions.count == 1 else {
      let found = "rank \(labels.dimensions.count)"
      throw FormatError(
        file: labelsFile, place: "header", expected: "labels, an array of rank 1", found: found)
    }
    guard !images.bytes.isEmpty else {
      let found = images.dimensions.map(String.init).joined(separator: " × ")
      throw FormatError(
        file: imagesFile, place: "header", expected: "at least one image of one pixel", found: found)
    }
    guard labels.bytes.count == images.dimensions[0] else {
      throw FormatError(
        file: labelsFile, place: "header",
        expected: "\(images.dimensions[0]) labels, one per image of \(imagesFile)",
        found: "\(labels.bytes.count)")
    }
    self.images = images.bytes
    self.labels = labels.bytes
    sampleShape = Array(images.dimensions.dropFirst())
    featureCount = images.bytes.count / images.dimensions[0]
    self.classCount = classCount ?? Int(labels.bytes.max()!) + 1
    let limit = self.classCount
    try requireLabels(file: labelsFile, expected: "a class from 0 to \(limit - 1)") { $0 < limit }
  }

  /// The same images with another number of classes, which all labels are known to be below.
  init(_ other: LabeledImages, classCount: Int) {
    images = other.images
    labels = other.labels
    sampleShape = other.sampleShape
    featureCount = other.featureCount
    self.classCount = classCount
  }

  /// Checks that these images can test what `training` trains: the same shape, and no class it never has.
  ///
  /// - Parameters:
  ///   - training: the images to train on.
  ///   - imagesFile: what to call the images of this set in error messages.
  ///   - labelsFile: what to call the labels of this set in error messages.
  /// - Throws: `FormatError`, which names the shapes, or the index and value of the first unknown class.
  public func requireCompatible(
    with training: LabeledImages, imagesFile: String = "images", labelsFile: String = "labels"
  ) throws {
    guard sampleShape == training.sampleShape else {
      throw FormatError(
        file: imagesFile, place: "header",
        expected: "images of \(training.sampleShape) as in the training set",
        found: "\(sampleShape)")
    }
    let known = Set(training.labels)
    try requireLabels(file: labelsFile, expected: "a class that the training set has") { label in
      known.contains(UInt8(label))
    }
  }

  private func requireLabels(file: String, expected: String, _ isValid: (Int) -> Bool) throws {
    // At most 256 questions, however many labels.
    let valid = (0..<256).map(isValid)
    if let index = labels.firstIndex(where: { !valid[Int($0)] }) {
      throw FormatError(file: file, place: "label \(index)", expected: expected, found: "\(labels[index])")
    }
  }
}
