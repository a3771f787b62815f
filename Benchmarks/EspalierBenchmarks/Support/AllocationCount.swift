import CAllocationCount

/// Counts the allocations of all threads and libraries from now on, where that is possible.
func startCountingAllocations() { espalier_start_counting_allocations() }

/// The allocations since `startCountingAllocations`; nil where they cannot be counted.
func stopCountingAllocations() -> Double? {
  let count = espalier_stop_counting_allocations()
  return espalier_allocations_can_be_counted() ? Double(count) : nil
}

/// The allocations that `body` makes.
func countAllocations(in body: () -> Void) -> Double? {
  startCountingAllocations()
  body()
  return stopCountingAllocations()
}
