import Espalier

extension PeerSuite {
  /// A case of global_unstructured.py.
  private struct PruningCase: Encodable {
    let shapes: [[Int]]
    let amount = 0.9
    let threads: Int
    let seed: UInt64
  }

  /// Global selection and masking against PyTorch's.
  static func pruning(_ run: BenchmarkRun) throws {
    let side = run.isQuick ? 500 : 5000
    let goal = run.isQuick ? nil : Goal.timesAsFast(atLeast: 10)
    try run.withPeer(.globalPruning) { peer in
      try run.compare("global selection and masking, \(run.isQuick ? 1 : 100) M weights", goal: goal) {
        let shapes = [[Int]](repeating: [side, side], count: 4)
        try peer.prepare(PruningCase(shapes: shapes, threads: run.compute.threads, seed: run.seed))
        var generator = run.makeGenerator()
        let target = PruningTarget(side: side, using: &generator)
        let work = Work.bytes(4 * Double(target.weights))
        return (
          Contender("espalier", work, prepare: target.restore, target.pruneGlobally),
          peer.contender(work)
        )
      }
    }
  }
}
