import Espalier
import Glibc

/// Memory that is read to drive everything else out of the caches.
///
/// Twice the processor's last-level cache, but no more than 64 MB: where the last-level cache is larger than half of that,
/// as on servers, what is evicted from the first two levels may still be there.
final class CacheEviction {
  private let memory: Tensor
  private var sum: Float = 0

  init() {
    let last = [sysconf(Int32(_SC_LEVEL3_CACHE_SIZE)), sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))].max()!
    memory = Tensor(repeating: 1, shape: [min(max(2 * last, 8 << 20), 64 << 20) / MemoryLayout<Float>.stride])
  }

  /// Reads one value of every cache line.
  func run() {
    memory.withUnsafeValues { values in
      for index in stride(from: 0, to: values.count, by: 16) { sum += values[index] }
    }
  }
}

extension Contender {
  /// A side whose data are in the caches as its last call left them, or, after an eviction before every call, in none; then
  /// with one call a round.
  init(_ name: String, _ work: Work, after eviction: CacheEviction?, _ body: @escaping () -> Void) {
    if let eviction {
      self = Contender(name, work, prepare: eviction.run, body).once()
    } else {
      self.init(name, work, body)
    }
  }
}
