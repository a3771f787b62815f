internal import Synchronization

extension Compute {
  /// Runs independent jobs on up to `threads` threads, each on one thread of its own, and waits for all of them.
  ///
  /// A thread that is done takes the next job, in their order. Inside a job the current backend and instruction set are those
  /// of this `Compute`, and the current number of threads is 1: many small trainings use cores better than one that splits
  /// its products. `body` must not wait for another job.
  public func perform(jobs count: Int, _ body: @Sendable (Int) -> Void) {
    let next = Atomic<Int>(0)
    WorkerPool.shared.perform(parts: min(threads, count)) { _ in
      Backend.$current.withValue(backend) {
        InstructionSet.$current.withValue(instructionSet) {
          ThreadCount.$current.withValue(1) {
            while true {
              let job = next.add(1, ordering: .relaxed).oldValue
              guard job < count else { return }
              body(job)
            }
          }
        }
      }
    }
  }
}
