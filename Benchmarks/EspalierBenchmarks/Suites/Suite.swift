import ArgumentParser

/// A set of comparisons about one question.
protocol Suite {
  /// Runs them one after another.
  static func run(in run: BenchmarkRun) throws
}

/// The suites by the names of `--suite`.
enum SuiteName: String, CaseIterable, ExpressibleByArgument {
  case gemm, step

  var suite: any Suite.Type {
    switch self {
    case .gemm: GemmSuite.self
    case .step: StepSuite.self
    }
  }
}
