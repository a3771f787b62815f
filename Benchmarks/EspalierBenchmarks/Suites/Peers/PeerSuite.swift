import Espalier

/// The same work here and in other libraries, in turn.
enum PeerSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    try trainingSteps(run)
    try pruning(run)
    try predictions(run)
  }
}
