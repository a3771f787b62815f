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

  /// Calls `body` with 0 ..< `parts`, each on a thread of its own, and returns when every call has.
  ///
  /// While another caller has the pool, and for calls from inside a part, all of them run on the calling thread.
  func perform(parts: Int, _ body: (Int) -> Void) {
    guard parts > 1, !isTaken.exchange(true, ordering: .acquiring) else {
      for part in 0..<parts { body(part) }
      return
    }
    defer { isTaken.store(false, ordering: .releasing) }
    while workers.count < parts - 1 { workers.append(Worker(waitsActively: parts <= ThreadCount.available)) }
    // Sound: nobody holds the closure any more when `finish` has returned for every worker.
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: Worker.Operation(body: body)) { operation in
        for part in 1..<parts { workers[part - 1].post(Worker.Part(operation: operation, index: part)) }
        body(0)
        for part in 1..<parts { workers[part - 1].finish() }
      }
    }
  }
}
