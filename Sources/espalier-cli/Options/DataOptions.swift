import ArgumentParser
import Espalier
import Glibc

/// Where the samples come from.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A folder of IDX files in MNIST's layout, plain or .gz. Default: ESPALIER_DATA, else Debian's "
        + "dataset-fashion-mnist, else built-in digits.", valueName: "folder"))
  var data: String?

  /// Samples to train on and samples to test on.
  struct Sets {
    let name: String
    let training: Dataset
    let test: Dataset
  }

  /// Loads both sets; says so when it falls back to the built-in digits.
  func load() throws -> Sets {
    guard let folder = try ImageFolder.find(data) else {
      Console.log.info(
        "no data folder given and \(ImageFolder.defaultPath) not found: using built-in 28×28 digits")
      let (training, test) = Dataset.builtInDigits()
      return Sets(name: "built-in digits", training: training, test: test)
    }
    let sets = try folder.load()
    let name = folder.path == ImageFolder.defaultPath ? "fashion-mnist" : folder.path
    return Sets(name: name, training: Dataset(sets.training), test: Dataset(sets.test))
  }
}

/// The value of an environment variable.
func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
