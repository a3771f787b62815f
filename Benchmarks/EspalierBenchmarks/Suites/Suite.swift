import ArgumentParser

/// A set of comparisons about one question.
protocol Suite {
  /// Runs them one after another.
  static func run(in run: BenchmarkRun) throws
}

/// The suites by the names of `--suite`.
enum SuiteName: String, CaseIterable, ExpressibleByArgument {
  case gemm, forward, backward, step, epoch, prune, memory, adam, command, peers

  var suite: any Suite.Type {
    switch self {
    case .gemm: GemmSuite.self
    case .forward: ForwardSuite.self
    case .backward: BackwardSuite.self
    case .step: StepSuite.self
    case .epoch: EpochSuite.self
    case .prune: PruneSuite.self
    case .memory: MemorySuite.self
    case .adam: AdamSuite.self
    case .command: CommandSuite.self
    case .peers: PeerSuite.self
    }
  }
}
