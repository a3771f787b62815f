import EspalierFormats
import EspalierTestSupport
import Testing

extension TemporaryFolder {
  func write(_ name: String, _ dimensions: [Int], _ bytes: [UInt8]) throws {
    try IDXArray(dimensions: dimensions, bytes: bytes).write(to: path(name))
  }
}

/// Runs `body`, which must throw a `FormatError` with these parts; nil stands for any text.
func expectFormatError(
  file: String? = nil, place: String? = nil, expected: String? = nil, found: String? = nil,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: FormatError.self, sourceLocation: sourceLocation, performing: body)
  guard let error else { return }
  let parts = [(error.file, file), (error.place, place), (error.expected, expected), (error.found, found)]
  for (part, wanted) in parts {
    if let wanted { #expect(part == wanted, "\(error)", sourceLocation: sourceLocation) }
  }
}
