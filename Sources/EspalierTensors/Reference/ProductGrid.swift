/// How a product is shared out: a grid of rows × columns of `C`, one part per thread.
struct ProductGrid {
  private let shape: ProductShape
  private let rowParts: Int
  private let columnParts: Int

  /// Below this many multiplications per thread, some tens of microseconds, waking another one does not pay.
  #if DEBUG
    private static let workPerThread = 1e4
  #else
    private static let workPerThread = 1e6
  #endif

  /// The grid of at most `threads` parts whose parts read the least of `A` and `B`.
  init(shape: ProductShape, threads: Int) {
    self.shape = shape
    let parts = Self.usefulThreads(work: shape.work, threads: threads)
    var (best, bestCost) = (1, Double.infinity)
    for candidate in 1...parts where parts % candidate == 0 {
      let cost = Double(shape.m) / Double(candidate) + Double(shape.n) / Double(parts / candidate)
      if cost < bestCost { (best, bestCost) = (candidate, cost) }
    }
    (rowParts, columnParts) = (best, parts / best)
  }

  /// How many of `threads` are worth waking for so many multiplications: at least one.
  static func usefulThreads(work: Double, threads: Int) -> Int {
    max(1, Int(min(Double(threads), work / workPerThread)))
  }

  /// The number of parts.
  var count: Int { rowParts * columnParts }

  /// The rows and columns of one part; either may be empty. Parts begin on whole tiles.
  func ranges(of part: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    (
      Self.share(part / columnParts, of: rowParts, count: shape.m, unit: Microtile.rows),
      Self.share(part % columnParts, of: columnParts, count: shape.n, unit: Microtile.columns)
    )
  }

  /// The `index`th of `parts` nearly equal shares of `0..<count`, cut at multiples of `unit`.
  static func share(_ index: Int, of parts: Int, count: Int, unit: Int) -> Range<Int> {
    let units = (count - 1) / unit + 1
    // Whole units each, the first `extra` parts one more.
    let (each, extra) = units.quotientAndRemainder(dividingBy: parts)
    let begin = (index * each + min(index, extra)) * unit
    let end = begin + (index < extra ? each + 1 : each) * unit
    return min(begin, count)..<min(end, count)
  }
}
