import Espalier

/// The memory of this process, in bytes.
enum ResidentMemory {
  /// What is resident now.
  static func now() throws -> Double { try entry("VmRSS") }

  /// The most that ever was.
  static func peak() throws -> Double { try entry("VmHWM") }

  /// An entry of /proc/self/status.
  private static func entry(_ key: String) throws -> Double {
    let path = "/proc/self/status"
    let line = try readTextFile(path).split(separator: "\n").first { $0.hasPrefix("\(key):") }
    guard
      let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) })
    else { throw FormatError(file: path, place: key, expected: "a number of kilobytes", found: "none") }
    return kilobytes * 1024
  }
}
