import EspalierData
import EspalierFormats
import EspalierTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct ImageFolderTests {
  let folder = TemporaryFolder()

  /// Two training images and one test image of 2 × 2 pixels.
  private func fill(trainingLabels: [UInt8] = [0, 3], testLabels: [UInt8] = [3]) throws {
    try folder.write("train-images-idx3-ubyte", [2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7])
    try folder.write("train-labels-idx1-ubyte", [2], trainingLabels)
    try folder.write("t10k-images-idx3-ubyte", [1, 2, 2], [9, 9, 9, 9])
    try folder.write("t10k-labels-idx1-ubyte", [1], testLabels)
  }

  @Test func loadsBothSets() throws {
    try fill()
    let sets = try ImageFolder(folder.path).load()
    #expect(sets.training.count == 2)
    #expect(sets.training.sampleShape == [2, 2])
    #expect(sets.training.classCount == 4)
    #expect(sets.test.images == [9, 9, 9, 9])
    #expect(sets.test.labels == [3])
    #expect(sets.test.classCount == 4)
  }

  @Test func classCountIsThatOfTheTrainingSet() throws {
    try fill(testLabels: [0])
    #expect(try ImageFolder(folder.path).load().test.classCount == 4)
    #expect(try ImageFolder(folder.path).load(classCount: 10).test.classCount == 10)
    #expect(throws: FormatError.self) { try ImageFolder(folder.path).load(classCount: 3) }
  }

  @Test func namesMayHaveADot() throws {
    try fill()
    for name in ["train-images", "t10k-images"] {
      rename(folder.path("\(name)-idx3-ubyte"), folder.path("\(name).idx3-ubyte"))
    }
    #expect(try ImageFolder(folder.path).load().training.count == 2)
  }

  @Test func plainFilesArePreferred() throws {
    try fill()
    // Content tells whether a file is compressed, so a plain one may stand in for the compressed one here.
    try folder.write("t10k-images-idx3-ubyte.gz", [1, 2, 2], [1, 1, 1, 1])
    #expect(try ImageFolder(folder.path).load().test.images == [9, 9, 9, 9])
    unlink(folder.path("t10k-images-idx3-ubyte"))
    #expect(try ImageFolder(folder.path).load().test.images == [1, 1, 1, 1])
  }

  @Test(arguments: [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
  ])
  func missingFileIsNamed(name: String) throws {
    try fill()
    unlink(folder.path(name))
    expectFormatError(file: folder.path, place: name, found: "none") {
      _ = try ImageFolder(folder.path).load()
    }
  }

  @Test func setsMustMatch() throws {
    try fill(testLabels: [1])
    expectFormatError(file: folder.path("t10k-labels-idx1-ubyte"), place: "label 0", found: "1") {
      _ = try ImageFolder(folder.path).load()
    }
    try fill()
    try folder.write("t10k-images-idx3-ubyte", [1, 4, 1], [9, 9, 9, 9])
    expectFormatError(file: folder.path("t10k-images-idx3-ubyte"), found: "[4, 1]") {
      _ = try ImageFolder(folder.path).load()
    }
    try folder.write("t10k-images-idx3-ubyte", [2, 2, 1], [9, 9, 9, 9])
    expectFormatError(file: folder.path("t10k-labels-idx1-ubyte"), place: "header", found: "1") {
      _ = try ImageFolder(folder.path).load()
    }
  }

  @Test func namedFolderMustExist() throws {
    #expect(throws: FileError(path: "/missing", operation: "open the data folder", code: ENOENT)) {
      try ImageFolder("/missing")
    }
    #expect(throws: FileError.self) { try ImageFolder.find("/missing") }
    #expect(throws: FileError.self) { try ImageFolder.find("") }
    try folder.write("file", [1], [1])
    let path = folder.path("file")
    #expect(throws: FileError(path: path, operation: "open the data folder", code: ENOTDIR)) {
      try ImageFolder(path)
    }
    #expect(try ImageFolder.find(folder.path)?.path == folder.path)
  }

  // The environment belongs to the whole process, so these run in processes of their own.
  @Test func environmentNamesAFolder() async {
    await #expect(processExitsWith: .success) {
      setenv("ESPALIER_DATA", "/tmp", 1)
      guard try ImageFolder.find()?.path == "/tmp", try ImageFolder.find("/")?.path == "/" else { exit(1) }
      setenv("ESPALIER_DATA", "/missing", 1)
      guard (try? ImageFolder.find()) == nil else { exit(1) }
      do {
        _ = try ImageFolder.find()
        exit(1)
      } catch is FileError {}
      exit(0)
    }
  }

  @Test func defaultMayBeAbsent() async {
    await #expect(processExitsWith: .success) {
      for clear in [{ _ = setenv("ESPALIER_DATA", "", 1) }, { _ = unsetenv("ESPALIER_DATA") }] {
        clear()
        let expected = access(ImageFolder.defaultPath, F_OK) == 0 ? ImageFolder.defaultPath : nil
        guard try ImageFolder.find()?.path == expected else { exit(1) }
      }
      exit(0)
    }
  }

  @Test(.enabled(if: access(ImageFolder.defaultPath, R_OK) == 0)) func loadsFashionMNIST() throws {
    let sets = try ImageFolder(ImageFolder.defaultPath).load()
    #expect(sets.training.count == 60_000)
    #expect(sets.test.count == 10_000)
    #expect(sets.training.sampleShape == [28, 28])
    #expect(sets.training.classCount == 10)
    for label in 0..<10 as Range<UInt8> {
      #expect(sets.test.labels.count { $0 == label } == 1000, "class \(label)")
    }
  }
}
