/// Two sides of a comparison that did not compute the same.
struct UnequalResults: Error, CustomStringConvertible {
  let description: String

  /// The largest difference between two sides' results; nil where one of them gives none.
  static func difference(_ contender: Contender, _ rival: Contender?) throws -> Double? {
    guard let rival, let own = try contender.result(), let other = try rival.result() else { return nil }
    guard own.count == other.count else {
      throw UnequalResults(
        description: "\(own.count) results of \(contender.name), \(other.count) of \(rival.name)")
    }
    let difference = zip(own, other).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) }
    let largest = own.reduce(0) { max($0, abs(Double($1))) }
    guard difference <= contender.tolerance * largest else {
      throw UnequalResults(
        description:
          "the results of \(contender.name), up to \(largest), and \(rival.name) differ by \(difference)")
    }
    return difference
  }
}
