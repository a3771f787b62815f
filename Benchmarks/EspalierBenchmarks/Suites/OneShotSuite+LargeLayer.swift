import Espalier

extension OneShotSuite {
  /// A case of sparsegpt.py.
  private struct PeerCase: Encodable {
    let folder: String
    let rows: Int
    let columns: Int
    let threads = 1
  }

  /// A square layer, half of it pruned by SparseGPT on one thread.
  static func largeLayer(_ run: BenchmarkRun) throws {
    let side = run.isQuick ? 512 : 4096
    let layer = LargeLayer(side: side, run)
    let name = "SparseGPT, \(side) × \(side) to 50 %, one thread"
    try run.compare(name, goal: run.isQuick ? nil : .milliseconds(atMost: 6000)) {
      (layer.contender.once(), nil)
    }
    try run.withPeer(.sparseGPT) { peer in
      try run.compareWithPeer(name, goal: run.isQuick ? nil : .timesAsFast(atLeast: 2)) {
        let folder = try TemporaryFolder()
        try folder.write(layer.problem.weights, "weights")
        try folder.write(layer.problem.moments, "moments")
        try peer.prepare(PeerCase(folder: folder.path, rows: side, columns: side))
        // What is chosen near the cut differs with the order of sums, and with it a little of the error.
        return (
          layer.contender.once().giving(within: 1e-2, layer.result),
          peer.contender(.unmeasured, in: folder).once()
        )
      }
    }
  }
}

/// Random weights, and the moments of inputs that depend on each other.
private final class LargeLayer {
  let problem: ReconstructionProblem
  private let compute: Compute

  init(side: Int, _ run: BenchmarkRun) {
    var generator = run.makeGenerator()
    let compute = Compute(
      backend: run.compute.backend, instructionSet: run.compute.instructionSet, threads: 1)
    self.compute = compute
    var moments = SecondMoments(features: side)
    for _ in 0..<8 {
      var x = Tensor(uniform: 0..<1, shape: [side, side / 4], using: &generator)
      x.withUnsafeMutableValues {
        moments.add(MatrixView(base: $0.baseAddress!, rows: side, columns: side / 4), on: compute)
      }
    }
    problem = ReconstructionProblem(
      weights: Tensor(uniform: -1..<1, shape: [side, side], using: &generator), moments: moments.mean(),
      columns: side)
  }

  var contender: Contender {
    Contender("espalier", .unmeasured) { [self] in _ = try prune() }
  }

  /// The error's share of the outputs' energy, and the share of zeros.
  func result() throws -> [Float] {
    let solution = try prune()
    let error = problem.error(of: solution.weights, on: compute) / problem.outputEnergy(on: compute)
    return [Float(error), Float(1 - solution.kept.density)]
  }

  private func prune() throws -> LayerSolution {
    try ThreadCount.$current.withValue(1) {
      try SparseGPT().prepare(problem, on: compute).solution(.count(problem.count / 2), on: compute)
    }
  }
}
