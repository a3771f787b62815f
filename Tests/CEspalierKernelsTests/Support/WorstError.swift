/// The largest error found in units of the allowed one, and where.
struct WorstError: CustomStringConvertible {
  private(set) var share = 0.0
  private var found = "none"

  /// Compares with the exact value; `bound` is the allowed absolute error. Infinities and NaN must be met
  /// exactly.
  mutating func note(_ actual: Float, exact: Double, bound: Double, at place: @autoclosure () -> String) {
    let error: Double
    if exact.isNaN {
      error = actual.isNaN ? 0 : .infinity
    } else if abs(exact) > Double(Float.greatestFiniteMagnitude) {
      error = Double(actual) == (exact > 0 ? .infinity : -.infinity) ? 0 : .infinity
    } else {
      error = actual.isNaN ? .infinity : abs(Double(actual) - exact) / max(bound, .leastNormalMagnitude)
    }
    if error > share {
      share = error
      found = "\(place()): \(actual) instead of \(exact), allowed ±\(bound)"
    }
  }

  var isAllowed: Bool { share <= 1 }
  var description: String { "\(share) of the allowed error at \(found)" }
}

/// The distance from |x| to the next `Float`.
func ulp(_ x: Double) -> Double { Double(max(Float(abs(x)), .leastNormalMagnitude).ulp) }

/// Half the distance from 1 to the next `Float`: the relative error of one rounding.
let unitRoundoff = 0x1p-24
