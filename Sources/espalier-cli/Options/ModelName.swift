import ArgumentParser
import Espalier

/// The network to train: a name, or the layer sizes of a perceptron.
struct ModelName: ExpressibleByArgument {
  let text: String
  private let sizes: [Int]

  static let standard = ModelName(argument: "lenet-300-100")!

  init?(argument: String) {
    let parts = argument == "lenet-300-100" ? ["784", "300", "100", "10"] : argument.split(separator: "-")
    let sizes = parts.compactMap { Int($0) }
    guard sizes.count == parts.count, sizes.count >= 2, sizes.allSatisfy({ $0 > 0 && $0 <= 1 << 20 }) else {
      return nil
    }
    text = argument
    self.sizes = sizes
  }

  /// A fresh network for the data; throws when its sizes do not fit the samples.
  func makeNetwork(for data: Dataset, seed: UInt64) throws -> Network {
    guard sizes[0] == data.featureCount else {
      throw ValidationError(
        "--model \(text): expected \(data.featureCount) inputs for samples of shape \(data.sampleShape), found \(sizes[0])"
      )
    }
    guard sizes.last! >= data.answerWidth else {
      throw ValidationError(
        "--model \(text): expected at least \(data.answerWidth) outputs, one a class, found \(sizes.last!)")
    }
    guard zip(sizes, sizes.dropFirst()).allSatisfy({ $0 * $1 <= 1 << 30 }) else {
      throw ValidationError("--model \(text): expected at most 2³⁰ weights a layer, found more")
    }
    var generator = Xoshiro256(seed: seed)
    return .perceptron(sizes: sizes, input: data.sampleShape, using: &generator)
  }
}
