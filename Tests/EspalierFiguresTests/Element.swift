import EspalierFigures
import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An element of XML as a real parser reads it.
final class Element {
  let name: String
  let attributes: [String: String]
  private(set) var children: [Element] = []
  /// The text inside, that of the children included.
  private(set) var text = ""

  init(_ name: String, _ attributes: [String: String]) {
    self.name = name
    self.attributes = attributes
  }

  /// The root of a document; throws where it is not well-formed.
  static func parse(_ document: String) throws -> Element {
    let reader = Reader()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = reader
    guard parser.parse(), let root = reader.root else {
      throw parser.parserError ?? CocoaError(.fileReadCorruptFile)
    }
    return root
  }

  /// The classes of the element.
  var classes: [String] { attributes["class"]?.split(separator: " ").map(String.init) ?? [] }

  /// A number among the attributes; NaN where there is none.
  func number(_ attribute: String) -> Double { attributes[attribute].flatMap(Double.init) ?? .nan }

  /// All elements inside, at any depth, in the order of the document.
  var descendants: [Element] { children.flatMap { [$0] + $0.descendants } }

  /// All elements inside of a name and, if it is given, a class.
  func all(_ name: String, class wanted: String? = nil) -> [Element] {
    descendants.filter { $0.name == name && (wanted == nil || $0.classes.contains(wanted!)) }
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var root: Element?
    private var open: [Element] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      let element = Element(name, attributes)
      open.last?.children.append(element)
      if root == nil { root = element }
      open.append(element)
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      for element in open { element.text += string }
    }

    func parser(_ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?) {
      open.removeLast()
    }
  }
}

/// The numbers of a path's outline, in the order they stand.
func numbers(_ outline: String?) -> [Double] {
  (outline ?? "").split { !"0123456789.-".contains($0) }.compactMap { Double($0) }
}

/// Text that breaks whatever forgets to escape, and characters that XML does not have.
let hostileText = "</title><script>alert('1 & \"2\"')</script>]]>\u{0}\u{1B}\u{FFFE} ünïcödé 枝 &amp;"
/// The same as a reader should see it.
let hostileTextRead = "</title><script>alert('1 & \"2\"')</script>]]>\u{FFFD}\u{FFFD}\u{FFFD} ünïcödé 枝 &amp;"
