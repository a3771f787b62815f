import Glibc
import Synchronization

/// Ctrl-C and termination, noticed between two batches: the first asks for an orderly end, the second ends at once.
enum Interruption {
  private static let isAsked = Atomic<Bool>(false)

  /// Whether an end has been asked for.
  static var isPending: Bool { isAsked.load(ordering: .relaxed) }

  /// Begins to listen.
  static func listen() {
    _ = isPending
    for name in [SIGINT, SIGTERM] {
      signal(name) { name in
        Interruption.isAsked.store(true, ordering: .relaxed)
        signal(name, SIG_DFL)
      }
    }
  }
}
