import CEspalierBenchmarks

/// The allocations that `body` makes, on all threads and in all libraries; nil where they cannot be counted.
func countAllocations(in body: () throws -> Void) rethrows -> Double? {
  guard espalier_allocations_can_be_counted() else { return nil }
  espalier_start_counting_allocations()
  defer { _ = espalier_stop_counting_allocations() }
  try body()
  return Double(espalier_stop_counting_allocations())
}
