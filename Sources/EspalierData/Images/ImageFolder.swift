internal import EspalierFormats

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder with the four files of MNIST, Fashion-MNIST, or a data set that was put into the same form.
///
/// The files are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
/// `t10k-labels-idx1-ubyte`. Each may instead end in `.gz`, and may be spelt with a dot
/// (`train-images.idx3-ubyte`); where several are there, a plain file is preferred to a compressed one.
public struct ImageFolder: Sendable, Equatable {
  /// The environment variable that names a folder: `ESPALIER_DATA`.
  public static let environmentVariable = "ESPALIER_DATA"
  /// Where Debian's package `dataset-fashion-mnist` keeps Fashion-MNIST.
  public static let defaultPath = "/usr/share/datasets/fashion-mnist"

  /// The path, as the caller gave it.
  public let path: String

  /// Names a folder.
  ///
  /// - Throws: `FileError` if it does not exist, is not a folder, or may not be entered.
  public init(_ path: String) throws {
    guard isFolder(path) else {
      throw FileError(
        path: path, operation: "open the data folder", code: fileExists(path) ? ENOTDIR : ENOENT)
    }
    guard faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 else {
      throw FileError(path: path, operation: "open the data folder", code: errno)
    }
    self.path = path
  }

  /// The folder to take data from: `path`, else the value of `ESPALIER_DATA` (unless empty), else
  /// ``defaultPath``.
  ///
  /// - Returns: nil only if nobody named a folder and the default does not exist.
  /// - Throws: `FileError` if a folder that was named does not exist or is not a folder.
  public static func find(_ path: String? = nil) throws -> ImageFolder? {
    if let path { return try ImageFolder(path) }
    if let value = getenv(environmentVariable), value.pointee != 0 {
      return try ImageFolder(String(cString: value))
    }
    return isFolder(defaultPath) ? try ImageFolder(defaultPath) : nil
  }

  /// The two sets of a data set.
  public struct Sets: Sendable {
    /// The images to train on.
    public let training: LabeledImages
    /// The images to test on: of the same shape, and of classes that the training set has.
    public let test: LabeledImages
  }

  /// Reads both sets.
  ///
  /// - Parameter classCount: the number of classes; if nil, the labels of the training set define it.
  /// - Throws: `FileError`; `FormatError` if a file is missing or damaged, images and labels differ in
  ///   number, a label is out of range, the two sets differ in the shape of their images, or the test set
  ///   has a class that the training set never has.
  public func load(classCount: Int? = nil) throws -> Sets {
    // Missing files are told before any time is spent on reading.
    let trainingFiles = try files("train")
    let testFiles = try files("t10k")
    let training = try read(trainingFiles, classCount: classCount)
    let test = try read(testFiles, classCount: nil)
    try test.requireCompatible(with: training, imagesFile: testFiles.images, labelsFile: testFiles.labels)
    let matched = LabeledImages(test, classCount: training.classCount)
    return Sets(training: training, test: matched)
  }

  private func read(_ files: (images: String, labels: String), classCount: Int?) throws -> LabeledImages {
    try LabeledImages(
      images: IDXArray(contentsOf: files.images), labels: IDXArray(contentsOf: files.labels),
      classCount: classCount, imagesFile: files.images, labelsFile: files.labels)
  }

  private func files(_ set: String) throws -> (images: String, labels: String) {
    (try file("\(set)-images", "idx3-ubyte"), try file("\(set)-labels", "idx1-ubyte"))
  }

  private func file(_ name: String, _ ending: String) throws -> String {
    let dashed = "\(name)-\(ending)"
    let candidates = [dashed, "\(name).\(ending)", "\(dashed).gz", "\(name).\(ending).gz"]
    if let found = candidates.first(where: { fileExists("\(path)/\($0)") }) { return "\(path)/\(found)" }
    throw FormatError(
      file: path, place: dashed, expected: "this file (also as \(name).\(ending), also with .gz)",
      found: "none")
  }
}
