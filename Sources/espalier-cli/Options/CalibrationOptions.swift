import ArgumentParser
import Espalier

/// Which samples say what a network's layers see.
struct CalibrationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A folder of IDX files whose training images calibrate (default: that of --data).", valueName: "folder")
  )
  var calibrate: String?

  @Option(help: ArgumentHelp("Calibration samples.", valueName: "count"))
  var samples = 512

  func validate() throws { try require("--samples", samples, "a positive count") { $0 > 0 } }

  /// The first training samples of the folder, or of the sets that the network is evaluated on.
  func load(for network: Network, file: String, _ sets: DataOptions.Sets, _ data: DataOptions) throws
    -> Dataset
  {
    var folder = data
    folder.data = calibrate ?? data.data
    let source = calibrate == nil ? sets : try folder.load()
    try source.requireFit(network, file: calibrate ?? file)
    let count = source.training.count
    try require("--samples", samples, "at most the \(count) of the training set") { $0 <= count }
    return source.training.prefix(samples)
  }
}
