extension SparsePattern {
  /// A pattern in which every place survives with the given probability, independently of the others.
  ///
  /// Costs O(rows + survivors) time and memory. Traps unless the probability lies in 0…1.
  public static func random(
    rows: Int, columns: Int, probability: Double, using generator: inout some RandomNumberGenerator
  ) -> SparsePattern {
    precondition((0...1).contains(probability), "a probability lies in 0…1, not \(probability)")
    let places = requireCountable(rows, columns)
    var lists = RowLists(rows: rows, columns: columns, expected: probability * Double(places))
    RandomPositions.visit(outOf: places, probability: probability, using: &generator) { lists.append($0) }
    return lists.pattern()
  }

  /// A pattern of exactly `survivors` places, every choice of so many equally likely.
  ///
  /// Costs O(rows + survivors) time and memory. Traps when there are not so many places.
  public static func random(
    rows: Int, columns: Int, survivors: Int, using generator: inout some RandomNumberGenerator
  ) -> SparsePattern {
    let places = requireCountable(rows, columns)
    precondition(
      (0...places).contains(survivors), "\(survivors) weights do not fit a \(rows) × \(columns) matrix")
    var lists = RowLists(rows: rows, columns: columns, expected: Double(survivors))
    for position in RandomPositions.exactly(survivors, outOf: places, using: &generator) {
      lists.append(position)
    }
    return lists.pattern()
  }

  /// A random graph of Erdős and Rényi between `columns` inputs and `rows` outputs: every place survives with probability
  /// min(1, ε · (inputs + outputs) / (inputs · outputs)), so that there are about ε · (inputs + outputs) survivors.
  ///
  /// Costs O(rows + survivors) time and memory. Traps unless ε is a number of at least 0.
  ///
  /// Source: D. Mocanu et al., "Scalable training of artificial neural networks with adaptive sparse connectivity inspired
  /// by network science" (Nature Communications 9, 2018), equation 1.
  public static func erdosRenyi(
    rows: Int, columns: Int, epsilon: Double, using generator: inout some RandomNumberGenerator
  ) -> SparsePattern {
    random(
      rows: rows, columns: columns,
      probability: erdosRenyiDensity(rows: rows, columns: columns, epsilon: epsilon), using: &generator)
  }

  /// min(1, ε · (rows + columns) / (rows · columns)): the expected density of an Erdős–Rényi graph. 1 for an empty matrix.
  public static func erdosRenyiDensity(rows: Int, columns: Int, epsilon: Double) -> Double {
    precondition(epsilon >= 0 && epsilon.isFinite, "ε is a number of at least 0, not \(epsilon)")
    guard rows > 0, columns > 0 else { return 1 }
    return min(1, epsilon * (Double(rows) + Double(columns)) / (Double(rows) * Double(columns)))
  }

  private static func requireCountable(_ rows: Int, _ columns: Int) -> Int {
    precondition(rows >= 0 && columns >= 0, "a packed matrix cannot be \(rows) × \(columns)")
    let (places, overflow) = rows.multipliedReportingOverflow(by: columns)
    precondition(!overflow, "nobody can count the places of a \(rows) × \(columns) matrix")
    return places
  }
}

/// Lists of columns in the making, from positions in row-major order.
private struct RowLists {
  private let rows: Int
  private let columns: Int
  private var rowStarts: [Int] = [0]
  private var columnIndices: [Int32] = []
  private var endOfRow: Int

  init(rows: Int, columns: Int, expected: Double) {
    self.rows = rows
    self.columns = columns
    endOfRow = columns
    rowStarts.reserveCapacity(rows + 1)
    columnIndices.reserveCapacity(Int(expected + 8 * expected.squareRoot()) + 8)
  }

  mutating func append(_ position: Int) {
    while position >= endOfRow {
      rowStarts.append(columnIndices.count)
      endOfRow += columns
    }
    columnIndices.append(Int32(position - endOfRow + columns))
  }

  consuming func pattern() -> SparsePattern {
    while rowStarts.count <= rows { rowStarts.append(columnIndices.count) }
    return SparsePattern(rows: rows, columns: columns, rowStarts: rowStarts, columnIndices: columnIndices)
  }
}
