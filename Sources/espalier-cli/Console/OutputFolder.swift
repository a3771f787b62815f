import Espalier
import Glibc

/// A folder for results, made if it is missing.
struct OutputFolder {
  let path: String

  init(_ path: String) throws {
    self.path = path
    guard mkdir(path, 0o777) != 0, errno != EEXIST || !isFolder(path) else { return }
    throw FileError(path: path, operation: "make the output folder", code: errno)
  }

  /// The path of a file in the folder.
  func file(_ name: String) -> String { "\(path)/\(name)" }
}
