import Espalier

/// Such as `88.10 % before, 88.30 % after: +0.20 points`.
func accuracyChange(from before: Double, to after: Double) -> String {
  let points = (100 * (after - before)).formatted(decimals: 2)
  return "\(percent(before)) before, \(percent(after)) after: \(after > before ? "+" : "")\(points) points"
}
