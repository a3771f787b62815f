internal import Synchronization

/// The engine's own threads: as many as any operation has asked for, less the calling one.
///
/// Why not `DispatchQueue.concurrentPerform`: on Linux its threads begin some hundred microseconds after the call, later
/// than a product of a small network ends.
final class WorkerPool: @unchecked Sendable {
  static let shared = WorkerPool()

  private let isTaken = Atomic<Bool>(false)
  /// Touched only by the one who has taken the pool.
  private var workers: [Worker] = []

  /// Does the parts 0 ..< `parts`, each on a thread of its own, and returns when all are done.
  ///
  /// While another caller has the pool, and for calls from inside a part, all of them run on the calling thread. Allocates
  /// nothing but threads.
  func perform(parts: Int, _ work: some ParallelWork) {
    guard parts > 1, !isTaken.exchange(true, ordering: .acquiring) else {
      for part in 0..<parts { work.run(part: part) }
      return
    }
    defer { isTaken.store(false, ordering: .releasing) }
    while workers.count < parts - 1 { workers.append(Worker(waitsActively: parts <= ThreadCount.available)) }
    withUnsafePointer(to: work) { address in
      for part in 1..<parts { workers[part - 1].post(Worker.Part(of: address, index: part)) }
      work.run(part: 0)
      for part in 1..<parts { workers[part - 1].finish() }
    }
  }

  /// The same for a closure, which several threads can only share on the heap.
  func perform(parts: Int, _ body: (Int) -> Void) {
    guard parts > 1 else {
      for part in 0..<parts { body(part) }
      return
    }
    // Sound: nobody holds the closure any more when the work is done.
    withoutActuallyEscaping(body) { perform(parts: parts, ClosureWork(body: $0)) }
  }
}
