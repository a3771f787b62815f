/// Settings that can say what is wrong with them.
///
/// Their initialisers trap on what is wrong; a decoder does not, so whoever reads settings from a file asks for the
/// `problem` and reports it.
public protocol ValidatedSettings {
  /// What is wrong, in one line: which setting, what is expected, what was found. Nil when nothing is.
  var problem: String? { get }
}

extension ValidatedSettings {
  /// Traps when something is wrong.
  func requireValid() {
    if let problem { preconditionFailure(problem) }
  }

  /// The problem of a number that is not in a range.
  func outside(_ name: String, _ value: Double, _ range: ClosedRange<Double>) -> String? {
    range.contains(value)
      ? nil : "\(name): expected a number in \(range.lowerBound)…\(range.upperBound), found \(value)"
  }

  /// The problem of a number that is negative or not finite.
  func negative(_ name: String, _ value: Double) -> String? {
    value >= 0 && value.isFinite ? nil : "\(name): expected a number of at least 0, found \(value)"
  }

  /// The problem of a number that is not positive and finite.
  func notPositive(_ name: String, _ value: Double) -> String? {
    value > 0 && value.isFinite ? nil : "\(name): expected a positive number, found \(value)"
  }
}
