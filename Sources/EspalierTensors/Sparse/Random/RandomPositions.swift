#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Positions drawn at random out of 0 ..< population, ascending, in time proportional to how many are drawn.
package enum RandomPositions {
  /// Visits every position with the given probability, each independently of the others.
  ///
  /// The distance from one to the next is geometrically distributed, so each costs one random number and one logarithm,
  /// and they come in order: no list is kept and nothing is sorted.
  ///
  /// Source: C. Fan, M. Muller and I. Rezucha, "Development of sampling plans by using sequential selection techniques"
  /// (JASA 57, 1962).
  static func visit(
    outOf population: Int, probability: Double, using generator: inout some RandomNumberGenerator,
    _ visit: (Int) -> Void
  ) {
    precondition(!probability.isNaN, "a probability lies in 0…1, not \(probability)")
    guard probability > 0 else { return }
    guard probability < 1 else { return (0..<population).forEach(visit) }
    let scale = 1 / log1p(-probability)
    var position = 0
    while true {
      let unit = Double(generator.next() >> 11 + 1) * 0x1p-53
      let skip = log(unit) * scale
      guard skip < Double(population - position) else { return }
      position += Int(skip)
      guard position < population else { return }
      visit(position)
      position += 1
    }
  }

  /// Exactly `count` different positions, every set of that many equally likely.
  ///
  /// Independent draws come near the count, and whatever their number is, every set of that size is equally likely; the
  /// few that are too many or too few, about √count, are then taken away or added at random.
  package static func exactly(
    _ count: Int, outOf population: Int, using generator: inout some RandomNumberGenerator
  ) -> [Int] {
    precondition(
      (0...population).contains(count), "\(count) of \(population) positions cannot be drawn")
    if count > population / 2 {
      return positions(
        ofFree: Array(0..<count), among: exactly(population - count, outOf: population, using: &generator))
    }
    var drawn: [Int] = []
    drawn.reserveCapacity(count + 8 * Int(Double(count).squareRoot()) + 8)
    visit(outOf: population, probability: Double(count) / Double(max(population, 1)), using: &generator) {
      drawn.append($0)
    }
    if drawn.count > count {
      remove(few(drawn.count - count, outOf: drawn.count, using: &generator), from: &drawn)
    } else if drawn.count < count {
      let ranks = few(count - drawn.count, outOf: population - drawn.count, using: &generator)
      drawn = merged(drawn, positions(ofFree: ranks, among: drawn))
    }
    return drawn
  }

  /// The positions that are not `taken`, given by their ranks among those: the rank of the first is 0. Both ascending.
  private static func positions(ofFree ranks: [Int], among taken: [Int]) -> [Int] {
    var before = 0
    return ranks.map { rank in
      while before < taken.count, taken[before] <= rank + before { before += 1 }
      return rank + before
    }
  }

  /// Some different positions, drawn until there are enough, ascending.
  private static func few(
    _ count: Int, outOf population: Int, using generator: inout some RandomNumberGenerator
  ) -> [Int] {
    var drawn: Set<Int> = []
    while drawn.count < count { drawn.insert(Int.random(in: 0..<population, using: &generator)) }
    return drawn.sorted()
  }

  private static func remove(_ indices: [Int], from positions: inout [Int]) {
    var next = 0
    var kept = 0
    for index in positions.indices {
      if next < indices.count, indices[next] == index {
        next += 1
      } else {
        positions[kept] = positions[index]
        kept += 1
      }
    }
    positions.removeLast(indices.count)
  }

  private static func merged(_ first: [Int], _ second: [Int]) -> [Int] {
    var all: [Int] = []
    all.reserveCapacity(first.count + second.count)
    var next = 0
    for position in first {
      while next < second.count, second[next] < position {
        all.append(second[next])
        next += 1
      }
      all.append(position)
    }
    return all + second[next...]
  }
}
