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
/// A file that cannot be read or written is no error: then everything is measured again. Several processes may use one
/// file at a time: what each of them measured is added to it.
public final class CalibrationCache: Sendable {
  /// The file.
  public let path: String
  private let choices: Mutex<Choices>

  private struct Choices {
    var known: [String: String]
    /// What is not in the file yet.
    var measured: [String: String] = [:]
  }

  /// The cache in the given file; empty where there is none, or none that can be read.
  public init(path: String) {
    self.path = path
    choices = Mutex(Choices(known: Self.read(path) ?? [:]))
  }

  /// The cache of this user on this machine: `espalier/calibration-….json` in `XDG_CACHE_HOME`, else in `~/.cache`; nil where
  /// neither is known. The dots are a hash of `/etc/machine-id`, or of the host's name where there is none, for a home
  /// folder may be that of several machines.
  public static func ofUser() -> CalibrationCache? {
    let folder = variable("XDG_CACHE_HOME") ?? variable("HOME").map { "\($0)/.cache" }
    let name = "calibration-\(String(hash(of: machineIdentity), radix: 16)).json"
    return folder.map { CalibrationCache(path: "\($0)/espalier/\(name)") }
  }

  subscript(key: CalibrationKey) -> String? { choices.withLock { $0.known[key.text] } }

  func remember(_ choice: String, for key: CalibrationKey) {
    choices.withLock {
      $0.known[key.text] = choice
      $0.measured[key.text] = choice
    }
  }

  /// Adds what was measured since to the file, atomically, making its folder if it is missing; does nothing when nothing was
  /// measured, or when it is impossible.
  public func save() {
    choices.withLock { choices in
      guard !choices.measured.isEmpty else { return }
      makeFolder()
      let isWritten = withLockedFile {
        let all = (Self.read(path) ?? [:]).merging(choices.measured) { $1 }
        guard let text = try? JSONText.encode(all, indented: true) else { return false }
        return (try? AtomicFile.write(Array("\(text)\n".utf8), to: path)) != nil
      }
      if isWritten { choices.measured = [:] }
    }
  }

  /// Makes the folder of the file, and those around it that are missing.
  private func makeFolder() {
    for (index, character) in zip(path.indices, path) where character == "/" && index > path.startIndex {
      mkdir(String(path[..<index]), 0o700)
    }
  }

  /// Runs `body` while no other process does so for this file; where there can be no such agreement, all the same.
  private func withLockedFile<Result>(_ body: () -> Result) -> Result {
    let descriptor = open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return body() }
    defer { close(descriptor) }
    _ = flock(descriptor, LOCK_EX)
    return body()
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

  /// What tells this machine from others.
  private static var machineIdentity: [UInt8] {
    if let file = try? InputFile("/etc/machine-id"), (1..<256).contains(file.size),
      let bytes = try? file.bytes(at: 0, count: file.size)
    {
      return bytes
    }
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    return name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
  }

  /// The 64-bit FNV-1a hash.
  ///
  /// Source: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake and T. Hansen, "The FNV non-cryptographic hash algorithm"
  /// (IETF draft, 2011).
  private static func hash(of bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
