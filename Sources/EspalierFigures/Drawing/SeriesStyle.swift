/// How one of several series is told from the others: by colour, by dashes and by markers, so that colours are not needed.
struct SeriesStyle {
  private let index: Int

  /// The style of the series at a position; from the eighth on, colours come again with other dashes and markers.
  init(_ index: Int) { self.index = max(index, 0) }

  /// Okabe and Ito's palette, which people see apart with any kind of colour vision, without its yellow, which is too
  /// faint for lines on white.
  ///
  /// Source: M. Okabe and K. Ito, "Color universal design" (2008).
  static let lightColors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
  /// The same, with the blue lightened and white for black.
  static let darkColors = ["#2E96D6", "#E8702A", "#00B383", "#D68CB4", "#E69F00", "#7CC6F0", "#FFFFFF"]

  private static let dashes = ["", "8 4", "2 4", "10 3 2 3", "5 5", "14 4", "8 3 2 3 2 3"]

  /// The class that sets the colour.
  var colorClass: String { "color\(index % Self.lightColors.count)" }
  /// The line's dashes; empty for a solid line.
  var dashes: String { Self.dashes[(index + index / Self.lightColors.count) % Self.dashes.count] }

  /// The outline of the marker around a point.
  func marker(x: Double, y: Double) -> String {
    func path(_ points: [(Double, Double)]) -> String {
      points.enumerated().map { position, point in
        "\(position == 0 ? "M" : "L")\((x + point.0).attributeText) \((y + point.1).attributeText)"
      }.joined() + "Z"
    }
    switch (index + index / Self.lightColors.count) % 7 {
    case 0: return circle(x, y, 3.6)
    case 1: return path([(-3.4, -3.4), (3.4, -3.4), (3.4, 3.4), (-3.4, 3.4)])
    case 2: return path([(0, -4.8), (4.4, 3.2), (-4.4, 3.2)])
    case 3: return path([(0, -5), (4.2, 0), (0, 5), (-4.2, 0)])
    case 4: return path([(0, 4.8), (4.4, -3.2), (-4.4, -3.2)])
    case 5: return path(Self.plus(1.4, 4.6))
    default: return path(Self.plus(1.4, 4.6).map { (($0 - $1) * 0.7071, ($0 + $1) * 0.7071) })
    }
  }

  private static func plus(_ a: Double, _ b: Double) -> [(Double, Double)] {
    [
      (-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a), (-b, -a),
      (-a, -a),
    ]
  }
}

/// The outline of a circle.
func circle(_ x: Double, _ y: Double, _ radius: Double) -> String {
  let arc = "a\(radius.attributeText) \(radius.attributeText) 0 1 0"
  return "M\((x - radius).attributeText) \(y.attributeText)\(arc) \((2 * radius).attributeText) 0"
    + "\(arc) \((-2 * radius).attributeText) 0Z"
}
