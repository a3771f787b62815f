internal import EspalierNetworks

/// The units of all groups in the order in which they go, so that every cut is a beginning of the same list.
struct UnitRanking {
  /// A unit and where it stands: its score, or its place in its group as a share.
  private struct Entry {
    let group: Int
    let key: Double
  }

  private let groups: [DependencyGroup]
  /// The units of each group, those that go first in front; ties in the order of their numbers.
  private let order: [[Int]]
  /// The groups that lose a unit, one after another.
  private let entries: [Entry]
  private let minimumKept: Int
  private let multiple: Int

  /// - Parameters:
  ///   - scores: the importance of each group's units.
  ///   - wholes: how many units each group had at first, those that went before included.
  ///   - isGlobal: whether scores of different groups compare; else every group loses the same share.
  init(
    _ groups: [DependencyGroup], scores: [[Double]], wholes: [Int], isGlobal: Bool, minimumKept: Int,
    multiple: Int
  ) {
    self.groups = groups
    self.minimumKept = minimumKept
    self.multiple = multiple
    let order = scores.map { scores in scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) } }
    self.order = order
    entries = groups.indices.flatMap { group in
      let (count, whole) = (order[group].count, wholes[group])
      return (0..<max(count - minimumKept, 0)).map { place in
        // What went before took the first places.
        let share = (Double(whole - count + place) + 0.5) / Double(whole)
        return Entry(group: group, key: isGlobal ? scores[group][order[group][place]] : share)
      }
    }.enumerated().sorted { ($0.element.key, $0.offset) < ($1.element.key, $1.offset) }.map(\.element)
  }

  /// All units.
  var unitCount: Int { order.reduce(0) { $0 + $1.count } }
  /// Units that may go: all but those that the floor keeps.
  var removableCount: Int { entries.count }

  /// The number of units that go where each group loses the same share of what it had at first, to the nearest whole number,
  /// halves down.
  func count(ofEachGroup share: Double) -> Int { entries.count { $0.key < share } }

  /// What goes when the first `count` units of the list are to: kept counts are rounded up to multiples, so that fewer may
  /// go.
  func removals(_ count: Int) -> [UnitRemoval] {
    var gone = [Int](repeating: 0, count: groups.count)
    for entry in entries[..<count] { gone[entry.group] += 1 }
    return groups.indices.compactMap { group in
      let all = order[group].count
      let kept = all - gone[group]
      let rounded = roundedUp(kept, atMost: all)
      return rounded == all ? nil : UnitRemoval(order[group].prefix(all - rounded), of: groups[group])
    }
  }

  /// The next multiple, as far as there are so many.
  private func roundedUp(_ kept: Int, atMost all: Int) -> Int {
    if kept == 0 { return 0 }
    return multiple >= all ? all : min((kept + multiple - 1) / multiple * multiple, all)
  }
}
