import ArgumentParser
import Espalier

/// A network that the benchmarks train.
struct BenchmarkModel: ExpressibleByArgument {
  let name: String
  let sizes: [Int]
  /// Samples a step when memory is measured.
  let memoryBatch: Int

  static let leNet = BenchmarkModel(name: "lenet-300-100", sizes: [784, 300, 100, 10], memoryBatch: 64)
  static let large = BenchmarkModel(
    name: "1024-4096-4096-1000", sizes: [1024, 4096, 4096, 1000], memoryBatch: 128)
  static let all = [leNet, large]

  private init(name: String, sizes: [Int], memoryBatch: Int) {
    (self.name, self.sizes, self.memoryBatch) = (name, sizes, memoryBatch)
  }

  init?(argument: String) {
    guard let known = Self.all.first(where: { $0.name == argument }) else { return nil }
    self = known
  }
}

/// An optimizer with its defaults; the names are the peer's too.
enum OptimizerChoice: String, CaseIterable, Encodable {
  case sgd, adam

  func make() -> any Optimizer {
    switch self {
    case .sgd: SGD(learningRate: 0.001)
    case .adam: Adam(learningRate: 0.001)
    }
  }
}
