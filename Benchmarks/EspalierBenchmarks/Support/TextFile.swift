import Espalier
import Glibc

/// The text of a file of unknown size, such as those under /proc.
func readTextFile(_ path: String) throws -> String {
  guard let file = fopen(path, "r") else { throw FileError(path: path, operation: "open", code: errno) }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 14)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
  return String(decoding: bytes, as: UTF8.self)
}
