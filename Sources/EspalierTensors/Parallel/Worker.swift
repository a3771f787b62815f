internal import CEspalierKernels
internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A thread that waits for one part of an operation at a time.
///
/// Between the operations of a training step it waits actively, because waking a sleeping thread takes as long as a small
/// product; after `patience` without work it sleeps. A part that it has not begun can be taken back, so a thread that is
/// slow to wake holds nobody up.
final class Worker: @unchecked Sendable {
  /// How long a worker waits actively.
  private static let patience = Duration.microseconds(100)

  private enum State {
    static let idle: UInt8 = 0
    static let posted: UInt8 = 1
    static let working: UInt8 = 2
    static let asleep: UInt8 = 3
  }

  private let state = Atomic<UInt8>(State.idle)
  private let alarm = DispatchSemaphore(value: 0)
  private let waitsActively: Bool
  /// Written by the one who posts, read by the one who takes: ordered by `state`.
  private var part: Part?

  /// One part of some work, which is lent until `finish` returns.
  struct Part {
    private let address: UnsafeRawPointer
    private let type: any ParallelWork.Type
    private let index: Int

    init<Work: ParallelWork>(of work: UnsafePointer<Work>, index: Int) {
      (address, type, self.index) = (UnsafeRawPointer(work), Work.self, index)
    }

    func run() { type.run(part: index, ofWorkAt: address) }
  }

  /// Starts the thread; it lives as long as the process. One that shares its processor should not wait actively.
  init(waitsActively: Bool) {
    self.waitsActively = waitsActively
    let context = Unmanaged.passRetained(self).toOpaque()
    #if canImport(Darwin)
      var thread: pthread_t?
      let failure = pthread_create(&thread, nil, { Worker.main($0) }, context)
    #else
      var thread = pthread_t()
      let failure = pthread_create(&thread, nil, { Worker.main($0!) }, context)
    #endif
    precondition(failure == 0, "a thread could not be started (error \(failure))")
    #if canImport(Darwin)
      pthread_detach(thread!)
    #else
      pthread_detach(thread)
    #endif
  }

  private static func main(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<Worker>.fromOpaque(context).takeUnretainedValue().work()
  }

  /// Hands over a part; only after the last one has been finished or taken back.
  func post(_ part: Part) {
    self.part = part
    let before = state.exchange(State.posted, ordering: .acquiringAndReleasing)
    if before == State.asleep { alarm.signal() }
  }

  /// Waits until the posted part is done; does it on this thread if the worker has not begun.
  func finish() {
    let (taken, _) = state.compareExchange(
      expected: State.posted, desired: State.idle, ordering: .acquiringAndReleasing)
    if taken {
      part!.run()
    } else {
      var turns = 0
      while state.load(ordering: .acquiring) == State.working {
        turns += 1
        // A worker that lost its processor is waited for without keeping it from one.
        if turns < 1 << 14 { espalier_relax() } else { sched_yield() }
      }
    }
    part = nil
  }

  private func work() -> Never {
    while true {
      waitForPart()
      let (taken, _) = state.compareExchange(
        expected: State.posted, desired: State.working, ordering: .acquiringAndReleasing)
      guard taken else { continue }
      part!.run()
      state.store(State.idle, ordering: .releasing)
    }
  }

  private func waitForPart() {
    if waitsActively {
      let start = ContinuousClock.now
      repeat {
        for _ in 0..<64 {
          if state.load(ordering: .relaxed) == State.posted { return }
          espalier_relax()
        }
      } while ContinuousClock.now - start < Self.patience
    }
    let (parked, _) = state.compareExchange(
      expected: State.idle, desired: State.asleep, ordering: .acquiringAndReleasing)
    if parked { alarm.wait() }
  }
}
