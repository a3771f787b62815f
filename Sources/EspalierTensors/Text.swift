// Numbers in columns, without Foundation's start-up time.

extension Double {
  /// The value with a fixed number of decimals, padded on the left to at least `width` characters.
  package func formatted(width: Int = 0, decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1.0) { power, _ in power * 10 }
    // Beyond 2⁵³ the digits would be invented, and beyond 2⁶⁴ they would not fit.
    guard magnitude * scale < 0x1p53 else { return "\(self)".paddedLeft(to: width) }
    let digits = String(UInt64((magnitude * scale).rounded()))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let point = decimals > 0 ? "." : ""
    let negative = self < 0 && padded.contains { $0 != "0" }
    return "\(negative ? "-" : "")\(padded.dropLast(decimals))\(point)\(padded.suffix(decimals))".paddedLeft(
      to: width)
  }
}

extension Int {
  /// The number, padded on the left to at least `width` characters.
  package func padded(to width: Int) -> String { String(self).paddedLeft(to: width) }
}

extension String {
  /// Spaces before the text up to `width` characters.
  package func paddedLeft(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }

  /// Spaces after the text up to `width` characters.
  package func paddedRight(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
