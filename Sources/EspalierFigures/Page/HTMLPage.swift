/// A page that is one file: headings, paragraphs, tables and figures, light or dark as its reader prefers.
///
/// It holds no script and needs no network, and says so in a content security policy that forbids both. Every text is
/// escaped. The file is HTML and well-formed XML at once.
///
///     var page = HTMLPage(title: "Report")
///     page.heading("Accuracy")
///     page.paragraph("On 10 000 samples.")
///     page.figures([figure], caption: "Mean and standard deviation of three seeds.")
///     page.table(header: ["layer", "left"], rows: [["fc1", "11 188"], ["fc2", "1 431"]])
///     try AtomicFile.write(Array(page.html.utf8), to: "report.html")
public struct HTMLPage: Sendable {
  /// The page's title, also its first heading.
  public let title: String
  /// The language of its texts, as RFC 5646 writes it.
  public let language: String
  private var body = Markup()

  /// An empty page.
  public init(title: String, language: String = "en") {
    self.title = title
    self.language = language
  }

  /// A heading; level 2 is the one below the title. Traps outside 2…6.
  public mutating func heading(_ text: String, level: Int = 2) {
    precondition((2...6).contains(level), "a heading below the title has a level in 2…6, not \(level)")
    body.element("h\(level)", text: text)
    endLine()
  }

  /// A paragraph.
  public mutating func paragraph(_ text: String) {
    body.element("p", text: text)
    endLine()
  }

  /// A text whose line breaks and spaces stay as they are, in a font of equal widths.
  public mutating func preformatted(_ text: String) {
    body.element("pre", text: text)
    endLine()
  }

  /// A table. The first column is text; the others, usually numbers, are aligned at their ends. Traps unless every row
  /// has as many cells as the header.
  public mutating func table(header: [String], rows: [[String]], caption: String? = nil) {
    precondition(
      rows.allSatisfy { $0.count == header.count },
      "every row of a table has \(header.count) cells, as its header")
    body.element("div", ["class": "wide"]) { body in
      body.element("table") { table in
        if let caption { table.element("caption", text: caption) }
        table.element("thead") { Self.row("th", header, into: &$0) }
        table.element("tbody") { for row in rows { Self.row("td", row, into: &$0) } }
      }
    }
    endLine()
  }

  /// A table of names and what they stand for.
  public mutating func facts(_ facts: [(name: String, value: String)]) {
    body.element("div", ["class": "wide"]) { body in
      body.element("table", ["class": "facts"]) { table in
        table.element("tbody") { rows in
          for fact in facts {
            rows.element("tr") { row in
              row.element("th", ["scope": "row"], text: fact.name)
              row.element("td", text: fact.value)
            }
          }
        }
      }
    }
    endLine()
  }

  /// Figures, beside each other where there is room, with a caption below them all.
  public mutating func figures(_ figures: [any Figure], caption: String? = nil) {
    body.element("figure") { body in
      body.element("div", ["class": figures.count > 1 ? "figures several" : "figures"]) { body in
        for figure in figures { body.append(figure.svgElement(standalone: false)) }
      }
      if let caption { body.element("figcaption", text: caption) }
    }
    endLine()
  }

  /// The page as a file.
  public var html: String {
    var page = Markup()
    page.append("<!DOCTYPE html>\n")
    page.element("html", ["xmlns": "http://www.w3.org/1999/xhtml", "lang": language]) { html in
      html.element("head") { Self.head(title, into: &$0) }
      html.element("body") { content in
        content.element("main") { content in
          content.element("h1", text: title)
          content.append("\n\(body.text)")
        }
      }
    }
    return page.text + "\n"
  }

  private static func head(_ title: String, into head: inout Markup) {
    head.element("meta", ["charset": "utf-8"])
    head.element(
      "meta",
      ["http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'"])
    head.element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
    head.element("meta", ["name": "color-scheme", "content": "light dark"])
    head.element("title", text: title)
    // Raw: nothing in them is markup, and browsers do not undo escapes in style sheets.
    head.element("style") { $0.append("\n\(PageStyle.sheet)\n\(FigureStyle.sheet)\n") }
  }

  private static func row(_ cell: String, _ texts: [String], into body: inout Markup) {
    body.element("tr") { row in for text in texts { row.element(cell, text: text) } }
  }

  private mutating func endLine() { body.append("\n") }
}
