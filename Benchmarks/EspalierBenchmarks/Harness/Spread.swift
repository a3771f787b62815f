/// Median, minimum and maximum of a sample.
struct Spread: Encodable {
  let median: Double
  let minimum: Double
  let maximum: Double

  /// Traps on an empty sample.
  init(_ values: [Double]) {
    let sorted = values.sorted()
    precondition(!sorted.isEmpty, "no values have no median")
    let middle = sorted.count / 2
    median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    minimum = sorted[0]
    maximum = sorted[sorted.count - 1]
  }
}
