import ArgumentParser
import Espalier

/// Stores only the survivors of a saved network.
struct CompactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact", abstract: "Store only the survivors of a saved network.",
    discussion: """
      Of every pruned matrix, the values that are left and where they are: one bit a position, or coded gaps where those \
      are smaller. Prints the size beside that of the dense file. Every command reads compact files, with the same \
      numbers.

      --physical first takes out what does not matter to the output, for good: channels and neurons that nothing reads or \
      that never change, and inputs that nothing reads. Prints what went from each layer, what the network costs before and \
      after, and by how much outputs differ at most on random samples. Fails, and writes nothing, where only one of the \
      two gives a NaN or an infinity, as weights that are not finite do.

      --values f16 and bf16 round the survivors to 16 bits, and print the accuracy on the test set before and after.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @Argument(help: "The file to write.")
  var output: String

  @Option(help: ArgumentHelp("How survivors are stored: f32, f16 or bf16.", valueName: "type"))
  var values = CompactValues.float32

  @Flag(help: "Take dead channels, neurons and inputs out of the layers, which get smaller.")
  var physical = false

  @OptionGroup var data: DataOptions
  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print the sizes as one JSON object on standard output, and nothing else there.")
  var json = false

  func run() throws {
    try compute {
      let stored = try NetworkFile(contentsOf: file)
      let fileBytes = try InputFile(file).size
      let rounding = values == .float32 ? nil : try Rounding(of: stored, file: file, data: data)
      var smaller = stored
      let compaction = physical ? Compaction(of: stored.network) : nil
      let outputs = try compaction.map {
        try OutputComparison(of: stored.network, and: $0.network, file: file)
      }
      if let compaction { smaller.network = compaction.network }
      let size = try smaller.write(to: output, form: .compact(values: values))
      let report = CompactReport(
        file: output, values: values.description, bytes: size, denseBytes: try stored.denseByteCount(),
        denseBytesWithoutMasks: try stored.denseByteCount(masks: false),
        accuracy: try rounding?.accuracy(after: output),
        physical: compaction.map {
          CompactionReport($0, of: stored.network, outputs: outputs!, fileBytes: (fileBytes, size))
        })
      try Console.print(json ? JSONText.encode(report) : report.description)
    }
  }
}

/// Measures what rounding does to the accuracy.
private struct Rounding {
  private let sets: DataOptions.Sets
  private let before: Double

  /// Evaluates the network as it is. Nil if it does not fit the data that are found without being asked for.
  init?(of stored: NetworkFile, file: String, data: DataOptions) throws {
    sets = try data.load()
    do { try sets.requireFit(stored.network, file: file) } catch let error as FormatError
      where data.data == nil
    {
      Console.log.info("the accuracy is not measured: \(error)")
      return nil
    }
    // Packed as the compact file will be, so that nothing differs but the values.
    var network = stored.network
    network.pack(upTo: 1)
    before = network.evaluate(on: sets.test).accuracy
  }

  func accuracy(after file: String) throws -> CompactReport.Accuracy {
    let rounded = try NetworkFile(contentsOf: file).network
    let after = rounded.evaluate(on: sets.test).accuracy
    return .init(dataset: sets.name, before: before, after: after, difference: after - before)
  }
}

/// What `compact` prints.
private struct CompactReport: Encodable, CustomStringConvertible {
  struct Accuracy: Encodable {
    let dataset: String
    let before: Double
    let after: Double
    let difference: Double
  }

  let file: String
  let values: String
  let bytes: Int
  let denseBytes: Int
  let denseBytesWithoutMasks: Int
  let accuracy: Accuracy?
  let physical: CompactionReport?

  private enum CodingKeys: CodingKey {
    case file, values, bytes, denseBytes, denseBytesWithoutMasks, ratio, ratioWithoutMasks, accuracy,
      physical
  }

  /// All keys always, so that readers need not test for them.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(file, forKey: .file)
    try container.encode(values, forKey: .values)
    try container.encode(bytes, forKey: .bytes)
    try container.encode(denseBytes, forKey: .denseBytes)
    try container.encode(denseBytesWithoutMasks, forKey: .denseBytesWithoutMasks)
    try container.encode(ratio(denseBytes), forKey: .ratio)
    try container.encode(ratio(denseBytesWithoutMasks), forKey: .ratioWithoutMasks)
    try container.encode(accuracy, forKey: .accuracy)
    try container.encode(physical, forKey: .physical)
  }

  private func ratio(_ dense: Int) -> Double { Double(dense) / Double(bytes) }

  var description: String {
    let width = max(9, String(denseBytes).count)
    func line(_ dense: Int) -> String {
      "\(dense.padded(to: width)) bytes  \(ratio(dense).formatted(decimals: 2))x"
    }
    let sizes =
      (physical.map { "\($0)\n\n" } ?? "") + """
        compact (\(values))\(String(repeating: " ", count: 13 - values.count))\(bytes.padded(to: width)) bytes
        dense with masks      \(line(denseBytes))
        dense without masks   \(line(denseBytesWithoutMasks))
        """
    guard let accuracy else { return sizes }
    return sizes + "\naccuracy on \(accuracy.dataset): "
      + accuracyChange(from: accuracy.before, to: accuracy.after)
  }
}
