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
    for name in names { remove("\(path)/\(name)") }
    rmdir(path)
  }

  /// The names inside, hidden ones too, sorted.
  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes a file with the C library alone, so that the code under test does not make its own input.
  func file(_ name: String, _ bytes: [UInt8]) -> String {
    let path = path(name)
    // Some file systems force a file to the disk that was emptied and filled again; thousands of times is slow.
    unlink(path)
    let stream = fopen(path, "wb")!
    precondition(fwrite(bytes, 1, bytes.count, stream) == bytes.count)
    fclose(stream)
    return path
  }
}

/// The content of a file, by the C library alone.
func contents(_ path: String) -> [UInt8]? {
  guard let stream = fopen(path, "rb") else { return nil }
  defer { fclose(stream) }
  var bytes: [UInt8] = []
  while true {
    let byte = getc(stream)
    if byte == EOF { return bytes }
    bytes.append(UInt8(byte))
  }
}
