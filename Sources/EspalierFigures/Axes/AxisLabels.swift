internal import EspalierTensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How the values of an axis are written.
public struct AxisLabels: Sendable {
  private let format: @Sendable (_ value: Double, _ decimals: Int) -> String
  private let factor: Double

  /// Plain numbers, thousands apart: 0.25, 10 000.
  public static let number = AxisLabels(factor: 1) { plain($0, decimals: $1) }

  /// Shares as percentages: 0.95 is written 95 %.
  public static let percent = AxisLabels(factor: 100) { "\(plain(100 * $0, decimals: $1)) %" }

  /// Labels of the caller's own.
  public static func custom(_ label: @escaping @Sendable (Double) -> String) -> AxisLabels {
    AxisLabels(factor: 1) { value, _ in label(value) }
  }

  private init(factor: Double, _ format: @escaping @Sendable (Double, Int) -> String) {
    self.factor = factor
    self.format = format
  }

  /// Whether values are shares of a whole.
  var areShares: Bool { factor == 100 }

  /// The label of each value; where the ticks are `even`, all have the same number of decimals.
  func texts(of values: [Double], even: Bool) -> [String] {
    let decimals = values.map { Self.decimals(of: factor * $0) }
    let common = decimals.max() ?? 0
    return zip(values, decimals).map { format($0, even ? common : $1) }
  }

  /// The label of one value that need not be a tick, with up to three decimals, two of a percentage.
  func text(of value: Double) -> String {
    format(value, min(Self.decimals(of: factor * value), areShares ? 2 : 3))
  }

  /// The decimals that show a value to seven digits or so, at most 9; none for one so small that it has an exponent.
  private static func decimals(of value: Double) -> Int {
    var scaled = value.magnitude
    guard scaled >= 1e-7 else { return 0 }
    for decimals in 0..<9 {
      if (scaled - scaled.rounded()).magnitude <= 1e-7 * scaled { return decimals }
      scaled *= 10
    }
    return 9
  }
}

/// A number with its thousands apart, by U+202F, the narrow space that no line breaks at.
private func plain(_ value: Double, decimals: Int) -> String {
  let text = value.formatted(decimals: decimals)
  guard value == 0 || text.contains(where: { ("1"..."9").contains($0) }), value.magnitude < 1e15 else {
    return scientific(value)
  }
  let sign = text.hasPrefix("-") ? "−" : ""
  let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
  let fraction = parts.count > 1 ? ".\(parts[1])" : ""
  guard parts[0].count > 4 else { return sign + parts[0] + fraction }
  var whole = ""
  for (index, digit) in parts[0].enumerated() {
    if index > 0, (parts[0].count - index) % 3 == 0 { whole.append("\u{202F}") }
    whole.append(digit)
  }
  return sign + whole + fraction
}

/// A number too small or too large for plain digits: 2.5e−9.
private func scientific(_ value: Double) -> String {
  guard value.isFinite else { return "\(value)" }
  let exponent = log10(value.magnitude).rounded(.down)
  let mantissa = (value / pow(10, exponent)).formatted(decimals: 3)
  let shortened = String(mantissa.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
  return "\(shortened)e\(Int(exponent))".split(separator: "-", omittingEmptySubsequences: false).joined(
    separator: "−")
}
