import Espalier

/// A network that the benchmarks train.
struct BenchmarkModel: Codable {
  let name: String
  let sizes: [Int]
  /// Samples a step, unless a suite is about just that.
  let batch: Int

  static let leNet = BenchmarkModel(name: "lenet-300-100", sizes: [784, 300, 100, 10], batch: 64)
  static let large = BenchmarkModel(
    name: "1024-4096-4096-1000", sizes: [1024, 4096, 4096, 1000], batch: 128)
  static let all = [leNet, large]

  private init(name: String, sizes: [Int], batch: Int) {
    (self.name, self.sizes, self.batch) = (name, sizes, batch)
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
