import ArgumentParser
import Espalier

/// Replaces layers of a saved network by two smaller ones each.
struct FactorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "factor", abstract: "Replace layers of a saved network by factors of low rank.",
    discussion: """
      A fully connected layer fc1 becomes fc1.down, to as many values as its rank, and fc1.up; a convolution becomes one to \
      as many channels and a 1 × 1 one. The factors are those that keep the layer's outputs for some calibration samples as \
      near as possible to what they were; labels are not read. With --residual a sparse layer fc1.residual corrects the \
      worst, added by fc1.sum. Layers that would not take fewer multiplications stay as they are. Batch normalisations \
      are measured anew on the same samples. Prints what became of every layer, and the accuracy on the test set before and after.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @OptionGroup var options: FactorOptions
  @OptionGroup var calibration: CalibrationOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var compute: ComputeOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output = "factored.safetensors"

  @Flag(help: "Print the report as one JSON object on standard output, and nothing else there.")
  var json = false

  func run() throws {
    try compute {
      var stored = try NetworkFile(contentsOf: file)
      let factorisation = try options.factorisation(of: stored.network)
      let sets = try data.load()
      try sets.requireFit(stored.network, file: file)
      let samples = try calibration.load(for: stored.network, file: file, sets, data)
      try AtomicFile.requireWritable(output)
      let before = try stored.evaluation(on: sets.test, named: sets.name, file: file)
      let layers: [LowRankLayerReport]
      do throws(LowRankError) {
        (stored.network, layers) = try factorisation.factor(
          stored.network, calibration: samples.samples(for: stored.network))
      } catch { throw Failure("\(file): \(error)") }
      stored.network.recalibrateBatchNorm(on: samples)
      let after = stored.network.evaluate(on: sets.test)
      try stored.write(to: output)
      let report = FactorReport(
        samples: samples.count, dataset: sets.name, layers: layers, accuracyBefore: before.accuracy,
        accuracyAfter: after.accuracy)
      try Console.print(json ? JSONText.encode(report) : report.description)
    }
  }
}

/// What `factor` prints.
struct FactorReport: Encodable, CustomStringConvertible {
  let samples: Int
  let dataset: String
  let layers: [LowRankLayerReport]
  let accuracyBefore: Double
  let accuracyAfter: Double

  var description: String {
    let width = max(5, layers.map(\.name.count).max() ?? 0)
    let header =
      "layer".paddedRight(to: width)
      + "  rank   of      weights          now         MACs          now    error"
    let (all, left) = layers.reduce((0, 0)) { ($0.0 + $1.valuesBefore, $0.1 + $1.valuesAfter) }
    return ([header] + layers.map { row($0, width) }).joined(separator: "\n") + """


      \(left) weights instead of \(all), \(layers.count { $0.rank != nil }) of \(layers.count) layers factorised on \
      \(samples) samples
      accuracy on \(dataset): \(accuracyChange(from: accuracyBefore, to: accuracyAfter))
      """
  }

  private func row(_ layer: LowRankLayerReport, _ width: Int) -> String {
    let counts = [
      layer.valuesBefore, layer.valuesAfter, layer.multiplyAccumulatesBefore, layer.multiplyAccumulatesAfter,
    ]
    let rank = (layer.rank.map(String.init) ?? "-").paddedLeft(to: 6) + layer.fullRank.padded(to: 5)
    let error = (100 * layer.relativeError).formatted(width: 8, decimals: 3) + "%"
    return layer.name.paddedRight(to: width) + rank + counts.map { $0.padded(to: 13) }.joined() + error
  }
}
