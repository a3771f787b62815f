import ArgumentParser
import Espalier

extension NOfM {
  /// The most inputs of a group: a row of the largest layers that can be pruned without training has fewer.
  private static let largestGroup = 1 << 20

  /// The pattern that an option spells N:M.
  init(_ option: String, _ text: some StringProtocol) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let kept = parts[0], let group = parts[1], kept > 0, kept <= group,
      group <= Self.largestGroup
    else { throw ValidationError("\(option): expected N:M with 0 < N ≤ M, such as 2:4, found \(text)") }
    self.init(kept, of: group)
  }
}
