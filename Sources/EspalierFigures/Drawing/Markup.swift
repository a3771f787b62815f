/// XML, element by element: always well-formed, every text and attribute escaped.
struct Markup {
  private(set) var text = ""

  typealias Attributes = KeyValuePairs<String, any AttributeValue>

  /// An element with content.
  mutating func element(_ name: String, _ attributes: Attributes = [:], _ content: (inout Markup) -> Void) {
    open(name, attributes)
    text += ">"
    content(&self)
    text += "</\(name)>"
  }

  /// An element with nothing but a text in it.
  mutating func element(_ name: String, _ attributes: Attributes = [:], text: String) {
    element(name, attributes) { $0.write(text) }
  }

  /// An element without content.
  mutating func element(_ name: String, _ attributes: Attributes = [:]) {
    open(name, attributes)
    text += "/>"
  }

  /// A text.
  mutating func write(_ words: String) { text += Self.escaped(words) }

  /// Markup that is known to be well-formed.
  mutating func append(_ markup: String) { text += markup }

  private mutating func open(_ name: String, _ attributes: Attributes) {
    text += "<\(name)"
    for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(value.attributeText))\"" }
  }

  /// A text in which nothing is markup, also inside of quotation marks. Characters that XML does not have become U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// What an attribute can be.
protocol AttributeValue {
  var attributeText: String { get }
}

extension String: AttributeValue {
  var attributeText: String { self }
}

extension Int: AttributeValue {
  var attributeText: String { String(self) }
}

extension Double: AttributeValue {
  /// Hundredths are finer than any screen.
  var attributeText: String {
    let rounded = (self * 100).rounded() / 100
    guard rounded.magnitude < 1e9 else {
      return rounded.isNaN ? "0" : rounded < 0 ? "-1000000000" : "1000000000"
    }
    if rounded == rounded.rounded() { return String(Int(rounded)) }
    return "\(rounded)"
  }
}
