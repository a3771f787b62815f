/// How figures look, in light and in dark: one style sheet for all of them.
enum FigureStyle {
  /// The style sheet. Colours are classes rather than attributes so that they can follow the reader's preference; plain
  /// ones rather than variables, which not every program that shows SVG knows.
  static let sheet = """
    svg.figure{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px}
    svg.figure text{fill:#1a1c20}
    svg.figure .title{font-size:16px;font-weight:600}
    svg.figure .quiet{fill:#565c66}
    svg.figure .paper{fill:#fff}
    svg.figure .grid{stroke:#e2e4e8;stroke-width:1;fill:none;shape-rendering:crispEdges}
    svg.figure .axis{stroke:#858b95;stroke-width:1;fill:none;shape-rendering:crispEdges}
    svg.figure .track{fill:#eceef1}
    svg.figure .reference{stroke:#565c66;stroke-width:1.5;stroke-dasharray:2 4;fill:none}
    svg.figure .line{stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round;fill:none}
    svg.figure .band{fill:currentColor;fill-opacity:.16;stroke:none}
    svg.figure .bar{fill:currentColor}
    svg.figure .area{fill:currentColor;fill-opacity:.22;stroke:currentColor;stroke-width:1.5;stroke-linejoin:round}
    svg.figure .marker{fill:currentColor;stroke:#fff;stroke-width:1}
    svg.figure .ring{fill:#fff;stroke:currentColor;stroke-width:2}
    svg.figure .heat{color:#0b4f8a}
    svg.figure .cell{fill:currentColor;shape-rendering:crispEdges}
    \(colors(SeriesStyle.lightColors))
    @media (prefers-color-scheme:dark){
    svg.figure text{fill:#e8eaed}
    svg.figure .quiet{fill:#a8aeb8}
    svg.figure .paper{fill:#15171b}
    svg.figure .grid{stroke:#2b2f36}
    svg.figure .axis{stroke:#757b85}
    svg.figure .track{fill:#262a30}
    svg.figure .reference{stroke:#a8aeb8}
    svg.figure .band{fill-opacity:.26}
    svg.figure .area{fill-opacity:.32}
    svg.figure .marker{stroke:#15171b}
    svg.figure .ring{fill:#15171b}
    svg.figure .heat{color:#9ad0ff}
    \(colors(SeriesStyle.darkColors))
    }
    """

  private static func colors(_ list: [String]) -> String {
    list.enumerated().map { "svg.figure .color\($0){color:\($1)}" }.joined(separator: "\n")
  }
}
