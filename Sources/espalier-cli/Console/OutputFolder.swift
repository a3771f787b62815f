import Espalier
import Glibc

/// A folder for results, made if it is missing.
struct OutputFolder {
  let path: String

  /// Throws unless the files of these names can be written there: better before hours of training than after.
  init(_ path: String, for names: [String]) throws {
    self.path = path
    if mkdir(path, 0o777) != 0 {
      let code = errno
      guard code == EEXIST, isFolder(path) else {
        throw FileError(path: path, operation: "make the output folder", code: code)
      }
    }
    for name in names { try AtomicFile.requireWritable(file(name)) }
  }

  /// The path of a file in the folder.
  func file(_ name: String) -> String { "\(path)/\(name)" }
}
