import EspalierData
import EspalierFormats
import Testing

@Suite struct LabeledImagesTests {
  private func images(_ dimensions: [Int]) -> IDXArray {
    IDXArray(
      dimensions: dimensions, bytes: (0..<dimensions.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0) })
  }

  private func labels(_ values: [UInt8]) -> IDXArray { IDXArray(dimensions: [values.count], bytes: values) }

  @Test func keepsImagesAndLabels() throws {
    let set = try LabeledImages(images: images([3, 2, 4]), labels: labels([4, 0, 2]))
    #expect(set.images == (0..<24).map { $0 })
    #expect(set.sampleShape == [2, 4])
    #expect(set.featureCount == 8)
    #expect(set.labels == [4, 0, 2])
    #expect(set.count == 3)
  }

  @Test func labelsDefineTheClassesUnlessTold() throws {
    #expect(try LabeledImages(images: images([3, 2]), labels: labels([4, 0, 2])).classCount == 5)
    #expect(try LabeledImages(images: images([1, 2]), labels: labels([255])).classCount == 256)
    #expect(
      try LabeledImages(images: images([3, 2]), labels: labels([4, 0, 2]), classCount: 10).classCount == 10)
  }

  @Test func labelOutOfRangeIsNamed() {
    expectFormatError(file: "l", place: "label 2", expected: "a class from 0 to 9", found: "10") {
      _ = try LabeledImages(
        images: images([4, 2]), labels: labels([4, 9, 10, 11]), classCount: 10, imagesFile: "i",
        labelsFile: "l")
    }
  }

  @Test func countsMustAgree() {
    expectFormatError(file: "l", expected: "3 labels, one per image of i", found: "2") {
      _ = try LabeledImages(
        images: images([3, 2]), labels: labels([1, 2]), imagesFile: "i", labelsFile: "l")
    }
  }

  @Test func ranksMustBeRight() {
    expectFormatError(file: "images", expected: "images, an array of rank 2 to 4", found: "rank 1") {
      _ = try LabeledImages(images: images([3]), labels: labels([1, 2, 3]))
    }
    expectFormatError(file: "labels", expected: "labels, an array of rank 1", found: "rank 2") {
      _ = try LabeledImages(images: images([3, 2]), labels: images([3, 1]))
    }
  }

  @Test(arguments: [[0, 28, 28], [3, 0], [0, 0, 0, 0]]) func emptySetsAreRefused(dimensions: [Int]) {
    expectFormatError(expected: "at least one image of one pixel") {
      _ = try LabeledImages(
        images: images(dimensions), labels: labels([UInt8](repeating: 0, count: dimensions[0])))
    }
  }

  @Test func testSetMustMatchTheTrainingSet() throws {
    let training = try LabeledImages(images: images([3, 2, 4]), labels: labels([0, 2, 2]))
    let same = try LabeledImages(images: images([2, 2, 4]), labels: labels([2, 0]))
    try same.requireCompatible(with: training)
    let turned = try LabeledImages(images: images([2, 4, 2]), labels: labels([2, 0]))
    expectFormatError(file: "i", expected: "images of [2, 4] as in the training set", found: "[4, 2]") {
      try turned.requireCompatible(with: training, imagesFile: "i")
    }
    let unknown = try LabeledImages(images: images([4, 2, 4]), labels: labels([2, 0, 1, 3]))
    expectFormatError(file: "l", place: "label 2", expected: "a class that the training set has", found: "1")
    {
      try unknown.requireCompatible(with: training, labelsFile: "l")
    }
  }
}
