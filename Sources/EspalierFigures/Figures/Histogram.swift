/// How many values fall into each of equally wide bins.
public struct Histogram: Sendable, Hashable {
  /// The values that are counted; the upper end belongs to the last bin.
  public let range: ClosedRange<Double>
  /// The number of values in each bin.
  public private(set) var counts: [Int]

  /// No values yet; traps unless the range is wider than nothing and there is a bin.
  public init(range: ClosedRange<Double>, binCount: Int) {
    precondition(
      binCount > 0 && range.lowerBound < range.upperBound && (range.upperBound - range.lowerBound).isFinite,
      "a histogram of \(binCount) bins over \(range) has none that is wider than nothing")
    self.range = range
    counts = [Int](repeating: 0, count: binCount)
  }

  /// The width of a bin.
  public var binWidth: Double { (range.upperBound - range.lowerBound) / Double(counts.count) }

  /// Counts values, by default zeros too; those outside the range, and what is not a number, are left out. One pass.
  public mutating func add(_ values: UnsafeBufferPointer<Float>, countsZeros: Bool = true) {
    let (lower, upper) = (range.lowerBound, range.upperBound)
    let scale = Double(counts.count) / (upper - lower)
    let last = counts.count - 1
    counts.withUnsafeMutableBufferPointer { counts in
      for value in values where countsZeros || value != 0 {
        let value = Double(value)
        guard value >= lower, value <= upper else { continue }
        counts[min(Int((value - lower) * scale), last)] += 1
      }
    }
  }

  /// Counts values, zeros too.
  public mutating func add(_ values: [Float]) { values.withUnsafeBufferPointer { add($0) } }
}
