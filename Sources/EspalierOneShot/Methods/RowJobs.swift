internal import EspalierTensors
internal import Synchronization

/// Computes something for every row of a problem, rows shared out among threads; the results in order.
func forEachRow<Result: Sendable>(
  of problem: ReconstructionProblem, on compute: Compute,
  _ body: @Sendable (_ row: Int, _ single: Compute) -> Result
) -> [Result] {
  let results = Mutex([Result?](repeating: nil, count: problem.rows))
  let single = Compute(backend: compute.backend, instructionSet: compute.instructionSet, threads: 1)
  compute.perform(jobs: problem.rows) { row in
    let result = body(row, single)
    results.withLock { $0[row] = result }
  }
  return results.withLock { $0.map { $0! } }
}
