internal import Foundation

#if canImport(FoundationXML)
  internal import FoundationXML
#endif

/// An element of XML as a real parser reads it.
public final class MarkupElement {
  /// Its name.
  public let name: String
  /// Its attributes.
  public let attributes: [String: String]
  /// The elements directly inside.
  public private(set) var children: [MarkupElement] = []
  /// The text inside, that of the children included.
  public private(set) var text = ""

  private init(_ name: String, _ attributes: [String: String]) {
    self.name = name
    self.attributes = attributes
  }

  /// The root of a document; throws where it is not well-formed.
  public static func parse(_ document: String) throws -> MarkupElement {
    let reader = Reader()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = reader
    guard parser.parse(), let root = reader.root else {
      throw parser.parserError ?? CocoaError(.fileReadCorruptFile)
    }
    return root
  }

  /// The classes of the element.
  public var classes: [String] { attributes["class"]?.split(separator: " ").map(String.init) ?? [] }

  /// A number among the attributes; NaN where there is none.
  public func number(_ attribute: String) -> Double { attributes[attribute].flatMap(Double.init) ?? .nan }

  /// All elements inside, at any depth, in the order of the document.
  public var descendants: [MarkupElement] { children.flatMap { [$0] + $0.descendants } }

  /// All elements inside of a name and, if it is given, a class.
  public func all(_ name: String, class wanted: String? = nil) -> [MarkupElement] {
    descendants.filter { $0.name == name && (wanted == nil || $0.classes.contains(wanted!)) }
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var root: MarkupElement?
    private var open: [MarkupElement] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      let element = MarkupElement(name, attributes)
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
