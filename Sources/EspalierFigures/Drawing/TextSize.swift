/// How long texts are, estimated: nobody knows which sans-serif font a reader has.
enum TextSize {
  /// The size of the figures' text.
  static let standard = 13.0
  /// The size of their titles.
  static let title = 16.0

  /// The estimated length of a text; rather too long than too short.
  static func width(_ text: String, size: Double = standard) -> Double {
    text.unicodeScalars.reduce(0) { $0 + width($1) } * size
  }

  /// In ems, after the widths of the common sans-serif fonts.
  private static func width(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", "\u{202F}": 0.29
    case "f", "t", "r", "(", ")", "[", "]", "/", "-", " ", "\"": 0.37
    case "m", "M", "w", "W", "%", "@", "—", "…": 0.93
    case "A"..."Z", "+", "=", "×", "→", "−": 0.70
    case _ where scalar.value >= 0x1100: 1.02
    default: 0.58
    }
  }

  /// The text on lines of at most `width`, broken at spaces; a word that is longer than a line is cut short.
  static func lines(_ text: String, width limit: Double, size: Double = standard) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace).map(String.init) {
      if let last = lines.last, width("\(last) \(word)", size: size) <= limit {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(shortened(word, width: limit, size: size))
      }
    }
    return lines
  }

  /// The text, or as much of its beginning as fits, with an ellipsis.
  static func shortened(_ text: String, width limit: Double, size: Double = standard) -> String {
    guard width(text, size: size) > limit else { return text }
    var kept = text
    while !kept.isEmpty, width(kept + "…", size: size) > limit { kept.removeLast() }
    return kept + "…"
  }
}
