import ArgumentParser
import Espalier
import Glibc

/// Answers samples with a saved network.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Answer images with a saved network.",
    discussion: """
      Prints one line an image: its position, the class of the largest output, and that class's probability (softmax of \
      the outputs). Images are an IDX file of bytes, plain or .gz, scaled to 0…1 as in training; without one, those of \
      the test set.

      --values f16 also answers with the weights as they are, and notes on standard error what the rounding changes.
      """)

  @Argument(help: "The network's file.")
  var file: String

  @Argument(help: "An IDX file of images (default: the test set's).")
  var images: String?

  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("Only the first images.", valueName: "count"))
  var limit: Int?

  @Option(help: ArgumentHelp("Images a batch.", valueName: "count"))
  var batchSize = 1

  @OptionGroup var plan: PlanOptions
  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print one JSON object on standard output, and nothing else there.")
  var json = false

  func validate() throws {
    try require("--limit", limit, "at least 1") { $0 >= 1 }
    try require("--batch-size", batchSize, "a count of 1 to 65536") { (1...65536).contains($0) }
    if images != nil, data.data != nil {
      throw ValidationError("expected an images file or --data, found both")
    }
  }

  func run() throws {
    try compute {
      let network = try NetworkFile(contentsOf: file).network
      let samples = try loadSamples(for: network)
      let answers = Predictions(plan.makePlan(for: network, batchSize: batchSize).predict(samples))
      if plan.values != .single {
        let exact = plan.makePlan(for: network, batchSize: batchSize, values: .single).predict(samples)
        Console.log.info("\(plan.values) values: \(answers.comparison(with: Predictions(exact)))")
      }
      try Console.print(json ? JSONText.encode(answers) : answers.description)
    }
  }

  /// The images as samples of the network's input shape.
  private func loadSamples(for network: Network) throws -> Tensor {
    let set: Dataset
    if let images {
      let array = try IDXArray(contentsOf: images)
      let count = array.dimensions[0]
      set = Dataset(
        images: array.bytes, imageShape: Array(array.dimensions.dropFirst()),
        labels: [UInt8](repeating: 0, count: count), classCount: 1)
    } else {
      let sets = try data.load()
      try sets.requireFit(network, file: file)
      set = sets.test
    }
    let features = network.inputShape.reduce(1, *)
    guard set.featureCount == features, set.count > 0 else {
      throw FormatError(
        file: images ?? file, place: "images", expected: "at least one of \(features) pixels",
        found: "\(set.count) of shape \(set.sampleShape)")
    }
    return set.prefix(limit ?? set.count).tensor.reshaped(
      to: [min(limit ?? set.count, set.count)] + network.inputShape)
  }
}

/// The answers to samples.
private struct Predictions: Encodable, CustomStringConvertible {
  let classes: [Int]
  let probabilities: [Float]

  /// From outputs [samples, classes…].
  init(_ outputs: Tensor) {
    let width = outputs.shape.dropFirst().reduce(1, *)
    let values = outputs.values
    let rows = (0..<outputs.shape[0]).map { values[$0 * width..<($0 + 1) * width] }
    let best = rows.map { row in row.indices.max { row[$0] < row[$1] || row[$0].isNaN } ?? row.startIndex }
    classes = zip(rows, best).map { row, index in index - row.startIndex }
    probabilities = zip(rows, best).map { row, index in
      Float(1 / row.reduce(0.0) { $0 + exp(Double($1) - Double(row[index])) })
    }
  }

  /// What is the same as in other answers, and what is not.
  func comparison(with others: Predictions) -> String {
    let same = zip(classes, others.classes).count { $0 == $1 }
    let difference = zip(probabilities, others.probabilities).map { abs($0 - $1) }.max() ?? 0
    return "\(same) of \(classes.count) classes are those of f32; the largest difference of a probability is "
      + "\((100 * Double(difference)).formatted(decimals: 3)) points"
  }

  var description: String {
    zip(classes, probabilities).enumerated().map { index, answer in
      "\(index.padded(to: 6))  class \(answer.0)  probability \(percent(Double(answer.1)))"
    }.joined(separator: "\n")
  }
}
