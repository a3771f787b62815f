import ArgumentParser

/// A set of comparisons about one question.
protocol Suite {
  /// Runs them one after another.
  static func run(in run: BenchmarkRun) throws
}

/// The suites by the names of `--suite`.
enum SuiteName: String, CaseIterable {
  case gemm, forward, backward, step, epoch, prune, memory, scale, adam, command, accuracy, file
  case spmm, sddmm, sweep, structured
  case packedStep = "packed-step"
  case inference, dynamic, convolution, channels, compaction
  case leNet5 = "lenet-5"
  case oneShot = "oneshot"
  case search
  case peers

  /// The suite of that name; throws where there is none.
  @Sendable
  static func parse(_ name: String) throws -> SuiteName {
    if let suite = SuiteName(rawValue: name) { return suite }
    throw ValidationError("expected one of \(list)")
  }

  /// All names, for people.
  static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }

  var suite: any Suite.Type {
    switch self {
    case .gemm: GemmSuite.self
    case .forward: ForwardSuite.self
    case .backward: BackwardSuite.self
    case .step: StepSuite.self
    case .epoch: EpochSuite.self
    case .prune: PruneSuite.self
    case .memory: MemorySuite.self
    case .scale: ScaleSuite.self
    case .adam: AdamSuite.self
    case .command: CommandSuite.self
    case .accuracy: AccuracySuite.self
    case .file: FileSuite.self
    case .spmm: SpmmSuite.self
    case .sddmm: SddmmSuite.self
    case .sweep: SweepSuite.self
    case .structured: StructuredSuite.self
    case .packedStep: PackedStepSuite.self
    case .inference: InferenceSuite.self
    case .dynamic: DynamicSuite.self
    case .convolution: ConvolutionSuite.self
    case .leNet5: LeNet5Suite.self
    case .channels: ChannelSuite.self
    case .compaction: CompactionSuite.self
    case .oneShot: OneShotSuite.self
    case .search: SearchSuite.self
    case .peers: PeerSuite.self
    }
  }
}
