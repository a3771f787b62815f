import Espalier

/// Pruning by threshold and by global selection, against reading the weights once.
enum PruneSuite: Suite {
  static func run(in run: BenchmarkRun) throws {
    guard !run.onlyGoals else { return }
    let sizes = [("1 M", 500), ("10 M", 1581), ("100 M", 5000)]
    for (name, side) in run.isQuick ? Array(sizes.prefix(2)) : sizes {
      var generator = run.makeGenerator()
      let target = PruningTarget(side: side, using: &generator)
      try run.compare("threshold, \(name) weights") {
        sides(target, target.pruneByThreshold)
      }
      try run.compare("global selection, \(name) weights") {
        sides(target, target.pruneGlobally)
      }
    }
  }

  private static func sides(
    _ target: PruningTarget, _ prune: @escaping () -> Void
  ) -> (contender: Contender, rival: Contender?) {
    let work = Work.bytes(4 * Double(target.weights))
    return (
      Contender("espalier", work, prepare: target.restore, prune),
      Contender("reading once", work, target.readOnce)
    )
  }
}
