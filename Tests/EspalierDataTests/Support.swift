import EspalierFormats
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder that disappears with the last reference, with all files directly inside it.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/espalier-tests-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no temporary folder")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    guard let folder = opendir(path) else { return }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      unlink("\(path)/\(name)")
    }
    closedir(folder)
    rmdir(path)
  }

  func path(_ name: String) -> String { "\(path)/\(name)" }

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
