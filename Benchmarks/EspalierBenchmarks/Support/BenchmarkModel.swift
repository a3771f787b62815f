import Espalier

/// A network that the benchmarks train.
struct BenchmarkModel {
  let name: String
  let sizes: [Int]

  static let leNet = BenchmarkModel(name: "lenet-300-100", sizes: [784, 300, 100, 10])
  static let large = BenchmarkModel(name: "1024-4096-4096-1000", sizes: [1024, 4096, 4096, 1000])
}

/// An optimizer with its defaults; the names are the peer's too.
enum OptimizerChoice: String, CaseIterable {
  case sgd, adam

  func make() -> any Optimizer {
    switch self {
    case .sgd: SGD(learningRate: 0.001)
    case .adam: Adam(learningRate: 0.001)
    }
  }
}
