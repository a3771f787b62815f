internal import Foundation

/// A folder that disappears with the last reference, with all that is inside.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let path: String

  /// A new, empty folder.
  public init() {
    var template = Array("/tmp/espalier-tests-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no temporary folder")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The names inside, hidden ones too, sorted.
  public var names: [String] { names("") }

  /// The names inside a folder of the folder, hidden ones too, sorted; none when it is missing.
  public func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []).sorted()
  }

  /// The path of something inside.
  public func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes a file with the C library alone, so that the code under test does not make its own input.
  @discardableResult
  public func file(_ name: String, _ bytes: [UInt8]) -> String {
    let path = path(name)
    // Some file systems force a file to the disk that was emptied and filled again; thousands of times is slow.
    unlink(path)
    let stream = fopen(path, "wb")!
    precondition(fwrite(bytes, 1, bytes.count, stream) == bytes.count)
    fclose(stream)
    return path
  }

  /// Makes a folder inside.
  public func folder(_ name: String) {
    precondition(mkdir(path(name), 0o777) == 0, "no folder \(path(name))")
  }
}

/// The content of a file, by the C library alone; nil if it cannot be opened.
public func contents(_ path: String) -> [UInt8]? {
  guard let stream = fopen(path, "rb") else { return nil }
  defer { fclose(stream) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&piece, 1, piece.count, stream)
    if count == 0 { return bytes }
    bytes.append(contentsOf: piece[..<count])
  }
}
