import Espalier

/// The data sets of benchmarks that train on real samples: Fashion-MNIST or what ESPALIER_DATA names, else the built-in
/// digits.
struct BenchmarkData {
  let name: String
  /// Where they were read; nil for the built-in digits.
  let folder: ImageFolder?
  let training: Dataset
  let test: Dataset

  static func find() throws -> BenchmarkData {
    try ImageFolder.find().map(BenchmarkData.init) ?? BenchmarkData()
  }

  private init() {
    name = "built-in digits"
    folder = nil
    (training, test) = Dataset.builtInDigits()
  }

  init(_ folder: ImageFolder) throws {
    let sets = try folder.load()
    name = folder.path == ImageFolder.defaultPath ? "fashion-mnist" : folder.path
    self.folder = folder
    training = Dataset(sets.training)
    test = Dataset(sets.test)
  }
}
