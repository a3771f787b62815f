import ArgumentParser
import Espalier

/// Prunes a saved network without retraining.
struct OneShotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oneshot", abstract: "Prune a saved network without retraining it.",
    discussion: """
      Layer after layer, so that each one's outputs for some calibration samples stay as near as possible to what they \
      were; labels are not read. Prints what every layer lost, and the accuracy on the test set before and after. \
      Batch normalisations are measured anew on the same samples after --layerwise and, without --refit, magnitude, wanda and \
      obd, which let the outputs drift; otherwise these are fitted to what they were.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @OptionGroup var options: OneShotOptions

  @OptionGroup var calibration: CalibrationOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var compute: ComputeOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output = "oneshot.safetensors"

  @Flag(help: "Print the report as one JSON object on standard output, and nothing else there.")
  var json = false

  func run() throws {
    try compute {
      var stored = try NetworkFile(contentsOf: file)
      let pruning = try options.pruning(of: stored.network)
      let sets = try data.load()
      try sets.requireFit(stored.network, file: file)
      let samples = try calibration.load(for: stored.network, file: file, sets, data)
      try AtomicFile.requireWritable(output)
      let before = try stored.evaluation(on: sets.test, named: sets.name, file: file)
      let clock = ContinuousClock.now
      let layers: [OneShotLayerReport]
      let inputs = samples.samples(for: stored.network)
      do throws(OneShotError) { layers = try pruning.prune(&stored.network, calibration: inputs) } catch {
        throw FormatError(error, file: file)
      }
      let seconds = (ContinuousClock.now - clock) / .seconds(1)
      if !pruning.restoresOutputs { stored.network.recalibrateBatchNorm(on: samples) }
      let after = stored.network.evaluate(on: sets.test)
      try stored.write(to: output)
      let report = OneShotReport(
        method: options.method.rawValue, samples: samples.count, dataset: sets.name, layers: layers,
        untouched: stored.network.untouchedLayers(by: pruning),
        accuracyBefore: before.accuracy, accuracyAfter: after.accuracy, seconds: seconds)
      try Console.print(json ? JSONText.encode(report) : report.description)
    }
  }
}

/// What `oneshot` prints.
struct OneShotReport: Encodable, CustomStringConvertible {
  let method: String
  let samples: Int
  let dataset: String
  let layers: [OneShotLayerReport]
  /// Layers with weights that this pruning cannot prune.
  let untouched: [String]
  let accuracyBefore: Double
  let accuracyAfter: Double
  let seconds: Double

  var description: String {
    let width = max(5, layers.map(\.name.count).max() ?? 0)
    let header =
      "layer".paddedRight(to: width) + "    weights       left    error   damping  seconds"
    let rows = layers.map { layer in
      layer.name.paddedRight(to: width) + layer.weights.padded(to: 11) + layer.survivors.padded(to: 11)
        + (100 * layer.relativeError).formatted(width: 8, decimals: 3) + "%"
        + layer.damping.formatted(width: 9, decimals: 4) + layer.seconds.formatted(width: 9, decimals: 2)
    }
    let (all, left) = layers.reduce((0, 0)) { ($0.0 + $1.weights, $0.1 + $1.survivors) }
    return ([header] + rows).joined(separator: "\n") + """


      \(left) of \(all) weights are left, chosen by \(method) on \(samples) samples in \
      \(seconds.formatted(decimals: 2)) s\(untouchedNote)
      accuracy on \(dataset): \(accuracyChange(from: accuracyBefore, to: accuracyAfter))
      """
  }

  private var untouchedNote: String {
    untouched.isEmpty
      ? "" : "\nnot pruned, as convolutions in groups or too large: \(untouched.joined(separator: ", "))"
  }
}

extension Network {
  /// The layers with weights that cannot be pruned without training, where all are asked for.
  fileprivate func untouchedLayers(by pruning: OneShotPruning) -> [String] {
    let prunable = Set(oneShotLayers)
    guard pruning.layers == prunable else { return [] }
    return parameters.filter { $0.parameter.role == .weight }.map(\.path.node).filter {
      !prunable.contains($0)
    }
  }
}
