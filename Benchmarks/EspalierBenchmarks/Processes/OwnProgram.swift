import Espalier
import Glibc

/// Where this program is.
enum OwnProgram {
  /// The path of the running executable.
  static func path() throws -> String {
    guard let resolved = realpath("/proc/self/exe", nil) else {
      throw FileError(path: "/proc/self/exe", operation: "read", code: errno)
    }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// An executable that was built beside this one; nil if it was not.
  static func neighbour(_ name: String) throws -> String? {
    let folder = try path().split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let neighbour = (folder + [Substring(name)]).joined(separator: "/")
    return access(neighbour, X_OK) == 0 ? neighbour : nil
  }
}
