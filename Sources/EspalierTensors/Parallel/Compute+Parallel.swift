internal import CEspalierKernels

extension Compute {
  /// Runs `body` over consecutive parts of `0 ..< count` on up to `threads` threads, and waits for all of them.
  ///
  /// Parts begin at multiples of `grain` and hold at least `minimum` elements, so little work stays on the calling
  /// thread. The parts depend on `count` and `threads` only. Each runs with denormal numbers taken as zero. `body` is given
  /// all it needs as `operands` and captures nothing; then nothing is allocated.
  func split<Operands>(
    _ count: Int, grain: Int = 1, minimum: Int = 1, _ operands: Operands,
    _ body: @escaping @Sendable (Operands, Range<Int>) -> Void
  ) {
    let grains = (count + grain - 1) / grain
    let parts = min(threads, max(1, count / max(minimum, 1)), max(grains, 1))
    guard parts > 1 else { return withoutDenormals { body(operands, 0..<count) } }
    WorkerPool.shared.perform(
      parts: parts,
      RangeWork(count: count, grain: grain, parts: parts, operands: operands, body: body))
  }
}

/// Runs `body` with denormal numbers (below 1.2e−38) read and written as zero on this thread.
///
/// Training makes them by the thousand: Adam's moments and decayed weights of inputs that never change shrink towards 0
/// for ever, and processors take a hundred cycles and more for an operation on a denormal.
@inline(__always)
func withoutDenormals<Result>(_ body: () throws -> Result) rethrows -> Result {
  let before = espalier_flush_denormals()
  defer { espalier_restore_denormals(before) }
  return try body()
}
