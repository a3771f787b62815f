import ArgumentParser
import Espalier
import Glibc

/// The network to train: a name, or the layer sizes of a perceptron.
struct ModelName: CustomStringConvertible {
  /// The text as it was given.
  let description: String
  private let sizes: [Int]

  static let standard = ModelName(description: "lenet-300-100", sizes: [784, 300, 100, 10])

  /// What `--model` says.
  static func parse(_ text: String) throws -> ModelName {
    if text == standard.description { return standard }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let sizes = parts.compactMap { Int($0) }.filter { (1...1 << 20).contains($0) }
    guard sizes.count == parts.count, sizes.count >= 2 else {
      throw ValidationError("expected \(standard) or two or more sizes from 1 to 1048576, such as 784-100-10")
    }
    return ModelName(description: text, sizes: sizes)
  }

  /// A fresh network for the data; throws when its sizes do not fit the samples or the memory.
  func makeNetwork(for data: Dataset, _ settings: TrainingSettings) throws -> Network {
    try expect(
      sizes[0] == data.featureCount, "\(data.featureCount) inputs for samples of shape \(data.sampleShape)",
      found: "\(sizes[0])")
    try expect(
      sizes.last! >= data.answerWidth, "at least \(data.answerWidth) outputs, one a class",
      found: "\(sizes.last!)")
    let needed = trainingByteCount(batchSize: min(settings.batchSize, data.count))
    try expect(
      needed <= Self.memoryByteCount, "a training in \(gigabytes(Self.memoryByteCount)) of memory",
      found: "\(gigabytes(needed)) at batch size \(settings.batchSize)")
    var generator = Xoshiro256(seed: settings.seed)
    return .perceptron(sizes: sizes, input: data.sampleShape, using: &generator)
  }

  private func expect(_ holds: Bool, _ expected: String, found: String) throws {
    if !holds { throw ValidationError("--model \(self): expected \(expected), found \(found)") }
  }

  /// Weights, gradients and two moments, and an activation and its gradient for each value of a batch.
  private func trainingByteCount(batchSize: Int) -> Double {
    let weights = zip(sizes, sizes.dropFirst()).reduce(0.0) { $0 + Double($1.0 + 1) * Double($1.1) }
    let activations = sizes.reduce(0.0) { $0 + Double($1) } * Double(batchSize)
    return 4 * (4 * weights + 2 * activations)
  }

  private static let memoryByteCount =
    Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))

  private func gigabytes(_ byteCount: Double) -> String { "\((byteCount / 1e9).formatted(decimals: 1)) GB" }
}
