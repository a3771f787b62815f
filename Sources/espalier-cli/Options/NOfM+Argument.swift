import ArgumentParser
import Espalier

extension NOfM {
  /// The pattern that an option spells N:M.
  init(_ option: String, _ text: some StringProtocol) throws {
    guard case .nOfM(let kept, let group)? = PatternName(String(text)) else {
      throw ValidationError("\(option): expected N:M with 0 < N ≤ M, such as 2:4, found \(text)")
    }
    self.init(kept, of: group)
  }
}
