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
  func makeNetwork(
    for data: Dataset, _ settings: TrainingSettings, _ connectivity: Connectivity
  ) throws -> Network {
    try expect(
      sizes[0] == data.featureCount, "\(data.featureCount) inputs for samples of shape \(data.sampleShape)",
      found: "\(sizes[0])")
    try expect(
      sizes.last! >= data.answerWidth, "at least \(data.answerWidth) outputs, one a class",
      found: "\(sizes.last!)")
    let needed = trainingByteCount(connectivity, batchSize: min(settings.batchSize, data.count))
    try expect(
      needed <= Self.memoryByteCount, "a training in \(gigabytes(Self.memoryByteCount)) of memory",
      found: "\(gigabytes(needed)) at batch size \(settings.batchSize)")
    var generator = Xoshiro256(seed: settings.seed)
    return .perceptron(
      sizes: sizes, input: data.sampleShape, connectivity: connectivity, using: &generator)
  }

  private func expect(_ holds: Bool, _ expected: String, found: String) throws {
    if !holds { throw ValidationError("--model \(self): expected \(expected), found \(found)") }
  }

  /// Connections with gradients, two moments and, where a layer is sparse, their places; and an activation and its gradient
  /// for each value of a batch.
  private func trainingByteCount(_ connectivity: Connectivity, batchSize: Int) -> Double {
    var weights = 0.0
    for (layer, (inputs, outputs)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let isLast = layer == sizes.count - 2
      let own = isLast ? connectivity.ofLastLayer(inputs: inputs) : connectivity
      let density = own.density(inputs: inputs, outputs: outputs)
      let placesPerValue = density < 1 ? 2.5 : 0
      weights += density * Double(inputs) * Double(outputs) * (4 + placesPerValue) + 4 * Double(outputs)
    }
    let activations = sizes.reduce(0.0) { $0 + Double($1) } * Double(batchSize)
    return 4 * (weights + 2 * activations)
  }

  private static let memoryByteCount =
    Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))

  private func gigabytes(_ byteCount: Double) -> String { "\((byteCount / 1e9).formatted(decimals: 1)) GB" }
}
