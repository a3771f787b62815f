/// A thread of one's own for work that goes on beside other work.
///
/// It belongs to one caller at a time.
package final class Background: Sendable {
  private let worker = Worker(waitsActively: false)

  /// A thread, asleep until it is needed.
  package init() {}

  /// Runs `work` on the thread and `body` on the calling one; returns when both have ended.
  package func perform<Result, Failure: Error>(
    _ work: () -> Void, during body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Sound: `finish` returns after the thread has let go of the closure.
    try withoutActuallyEscaping({ (_: Int) in work() }) { (work) throws(Failure) in
      try withUnsafePointer(to: ClosureWork(body: work)) { (address) throws(Failure) in
        worker.post(Worker.Part(of: address, index: 0))
        defer { worker.finish() }
        return try body()
      }
    }
  }
}
