import EspalierTensors
import Testing

@Suite("Random patterns")
struct RandomPatternTests {
  private static let shapes = [(1, 1), (1, 70), (70, 1), (17, 33), (300, 200), (3, 7000)]

  @Test("Exactly as many survivors as asked for, all different", arguments: shapes)
  func exactCounts(rows: Int, columns: Int) {
    let places = rows * columns
    for survivors in Set([0, 1, places / 100, places / 3, places / 2, places - 1, places]) {
      for seed in UInt64(1)...3 {
        var generator = Xoshiro256(seed: seed)
        let pattern = SparsePattern.random(
          rows: rows, columns: columns, survivors: survivors, using: &generator)
        #expect(pattern.survivors == survivors, "seed \(seed)")
        #expect(pattern.violatedInvariant == nil, "seed \(seed)")
      }
    }
  }

  /// A count of n draws with probability p has the variance n · p · (1 − p); six deviations are passed once in 5 · 10⁸.
  @Test(
    "Independent draws give a binomial number of survivors",
    arguments: [(600, 500, 0.01), (10, 100_000, 0.002), (200, 300, 0.9), (40, 40, 1), (40, 40, 0)])
  func binomialCounts(rows: Int, columns: Int, probability: Double) {
    let places = Double(rows * columns)
    let deviation = (places * probability * (1 - probability)).squareRoot()
    for seed in UInt64(1)...5 {
      var generator = Xoshiro256(seed: seed)
      let pattern = SparsePattern.random(
        rows: rows, columns: columns, probability: probability, using: &generator)
      #expect(abs(Double(pattern.survivors) - places * probability) <= 6 * deviation, "seed \(seed)")
    }
  }

  /// The number of patterns out of `draws` that have a given place is binomial; the places must not differ by more.
  @Test("No place is preferred", arguments: [(2, 3), (1, 6), (5, 4)], [1, 3, 5])
  func everyPlaceIsEquallyLikely(shape: (Int, Int), survivors: Int) {
    let (rows, columns) = shape
    let draws = 4000
    var generator = Xoshiro256(seed: 5)
    var counts = [Int](repeating: 0, count: rows * columns)
    for _ in 0..<draws {
      let mask = SparsePattern.random(
        rows: rows, columns: columns, survivors: survivors, using: &generator
      ).mask
      for place in counts.indices where mask[place] { counts[place] += 1 }
    }
    let share = Double(survivors) / Double(rows * columns)
    let deviation = (Double(draws) * share * (1 - share)).squareRoot()
    for place in counts.indices {
      #expect(abs(Double(counts[place]) - Double(draws) * share) <= 6 * deviation, "place \(place), seed 5")
    }
  }

  /// Pairs of places too, so that neighbours do not attract or repel each other.
  @Test("No pair of places is preferred")
  func everyPairIsEquallyLikely() {
    let (draws, places) = (6000, 8)
    var generator = Xoshiro256(seed: 6)
    var counts = [Int](repeating: 0, count: places * places)
    for _ in 0..<draws {
      let drawn = RandomPositions.exactly(3, outOf: places, using: &generator)
      for a in drawn { for b in drawn where a < b { counts[a * places + b] += 1 } }
    }
    let share = 3.0 / 28
    let deviation = (Double(draws) * share * (1 - share)).squareRoot()
    for a in 0..<places {
      for b in a + 1..<places {
        let count = Double(counts[a * places + b])
        #expect(abs(count - Double(draws) * share) <= 6 * deviation, "places \(a) and \(b), seed 6")
      }
    }
  }

  @Test("The probability of an Erdős–Rényi graph")
  func erdosRenyiDensity() {
    #expect(SparsePattern.erdosRenyiDensity(rows: 300, columns: 784, epsilon: 10) == 10.0 * 1084 / 235_200)
    #expect(SparsePattern.erdosRenyiDensity(rows: 10, columns: 100, epsilon: 20) == 1)
    #expect(SparsePattern.erdosRenyiDensity(rows: 0, columns: 100, epsilon: 20) == 1)
    #expect(SparsePattern.erdosRenyiDensity(rows: 5, columns: 5, epsilon: 0) == 0)
  }

  @Test("A seed decides everything")
  func determinism() {
    func lists(_ seed: UInt64) -> [Int32] {
      var generator = Xoshiro256(seed: seed)
      let a = SparsePattern.erdosRenyi(rows: 400, columns: 300, epsilon: 3, using: &generator)
      let b = SparsePattern.random(rows: 400, columns: 300, survivors: 1234, using: &generator)
      return a.compressedRows.columnIndices + b.compressedRows.columnIndices
    }
    #expect(lists(1) == lists(1))
    #expect(lists(1) != lists(2))
  }

  /// 360 billion places, and the numbers of rows that 32 bits of bytes could not hold.
  @Test("Size costs nothing but survivors")
  func hugeMatrix() {
    var generator = Xoshiro256(seed: 3)
    let pattern = SparsePattern.random(rows: 600_000, columns: 600_000, survivors: 1000, using: &generator)
    #expect(pattern.survivors == 1000 && pattern.density == 1000 / 3.6e11)
    let (starts, columns) = pattern.compressedRows
    #expect(starts.count == 600_001 && columns.contains { $0 > 500_000 })
  }
}
