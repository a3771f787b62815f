import ArgumentParser
import Espalier
import Glibc

/// The network to train: a name, or the layer sizes of a perceptron.
struct ModelName: CustomStringConvertible {
  /// The text as it was given.
  let description: String
  private let architecture: Architecture

  private enum Architecture {
    case perceptron(PerceptronSizes)
    case convolutional(ConvolutionalModel)
  }

  static let standard = ModelName(
    description: "lenet-300-100", architecture: .perceptron(PerceptronSizes(sizes: [784, 300, 100, 10])))

  /// What there is, for messages.
  static let choices =
    "\(standard), \(ConvolutionalModel.choices) or two or more sizes from 1 to 1048576, such as 784-100-10"

  /// What `--help` says.
  static let help = ArgumentHelp(
    "\(standard), \(ConvolutionalModel.choices), or layer sizes such as 784-300-100-10 (default: \(standard)).",
    valueName: "model")

  /// What `--model` says.
  static func parse(_ text: String) throws -> ModelName {
    if text == standard.description { return standard }
    if let model = ConvolutionalModel(text) {
      return ModelName(description: text, architecture: .convolutional(model))
    }
    guard let sizes = PerceptronSizes(text) else { throw ValidationError("expected \(choices)") }
    return ModelName(description: text, architecture: .perceptron(sizes))
  }

  /// A fresh network for the data; throws when it does not fit the samples or the memory.
  func makeNetwork(
    for data: Dataset, _ settings: TrainingSettings, _ connectivity: Connectivity
  ) throws -> Network {
    let batchSize = min(settings.batchSize, data.count)
    var generator = Xoshiro256(seed: settings.seed)
    switch architecture {
    case .perceptron(let sizes):
      try expect(
        sizes.inputs == data.featureCount,
        "\(data.featureCount) inputs for samples of shape \(data.sampleShape)", found: "\(sizes.inputs)")
      try expect(
        sizes.outputs >= data.answerWidth, "at least \(data.answerWidth) outputs, one a class",
        found: "\(sizes.outputs)")
      try expectMemory(sizes.trainingByteCount(connectivity, batchSize: batchSize), batchSize: batchSize)
      return sizes.makeNetwork(input: data.sampleShape, connectivity, using: &generator)
    case .convolutional(let model):
      try expect(connectivity == .dense, "a perceptron with --density or --epsilon", found: description)
      if let problem = model.problem(of: data.sampleShape) {
        try expect(false, problem, found: "samples of shape \(data.sampleShape)")
      }
      try expectMemory(model.leastByteCount(of: data.sampleShape), batchSize: batchSize)
      let network = model.makeNetwork(input: data.sampleShape, classes: data.answerWidth, using: &generator)
      try expectMemory(network.trainingByteCount(batchSize: batchSize), batchSize: batchSize)
      return network
    }
  }

  private func expect(_ holds: Bool, _ expected: String, found: String) throws {
    if !holds { throw ValidationError("--model \(self): expected \(expected), found \(found)") }
  }

  private func expectMemory(_ needed: Double, batchSize: Int) throws {
    try expect(
      needed <= Self.memoryByteCount, "a training in \(gigabytes(Self.memoryByteCount)) of memory",
      found: "\(gigabytes(needed)) at batch size \(batchSize)")
  }

  private static let memoryByteCount =
    Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))

  private func gigabytes(_ byteCount: Double) -> String { "\((byteCount / 1e9).formatted(decimals: 1)) GB" }
}
