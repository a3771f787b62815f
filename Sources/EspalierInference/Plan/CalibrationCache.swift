internal import EspalierFormats
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Which operators and splits of batches were the fastest, kept from process to process in a small JSON file.
///
/// A file that cannot be read or written is no error: then everything is measured again.
public final class CalibrationCache: Sendable {
  /// The file.
  public let path: String
  private let choices: Mutex<[String: String]>

  /// The cache in the given file; empty where there is none, or none that can be read.
  public init(path: String) {
    self.path = path
    choices = Mutex(Self.read(path) ?? [:])
  }

  /// The cache of this user: `espalier/calibration.json` in `XDG_CACHE_HOME`, else in `~/.cache`; nil where neither is
  /// known.
  public static func ofUser() -> CalibrationCache? {
    let folder = variable("XDG_CACHE_HOME") ?? variable("HOME").map { "\($0)/.cache" }
    return folder.map { CalibrationCache(path: "\($0)/espalier/calibration.json") }
  }

  subscript(key: CalibrationKey) -> String? { choices.withLock { $0[key.text] } }

  func remember(_ choice: String, for key: CalibrationKey) { choices.withLock { $0[key.text] = choice } }

  /// Writes the file, atomically, making its folder if it is missing; does nothing when that is impossible.
  public func save() {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    let parent = folder.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    for name in [parent, folder] where !name.isEmpty { mkdir(name, 0o700) }
    let text = try? JSONText.encode(choices.withLock { $0 }, indented: true)
    if let text { try? AtomicFile.write(Array("\(text)\n".utf8), to: path) }
  }

  private static func read(_ path: String) -> [String: String]? {
    guard let file = try? InputFile(path), file.size < 1 << 20,
      let bytes = try? file.bytes(at: 0, count: file.size)
    else { return nil }
    return try? JSONText.decode(
      [String: String].self, from: String(decoding: bytes, as: UTF8.self), file: path, place: "content",
      expected: "names of operators")
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
