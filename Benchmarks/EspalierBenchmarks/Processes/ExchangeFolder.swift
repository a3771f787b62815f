import Espalier
import Glibc

/// A folder of raw numbers for a peer, gone with this object; what lies in it is in exchange.py.
final class ExchangeFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/espalier-benchmarks-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw FileError(path: "/tmp", operation: "make a folder in", code: errno)
    }
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit {
    if let folder = opendir(path) {
      while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        unlink("\(path)/\(name)")
      }
      closedir(folder)
    }
    rmdir(path)
  }

  /// Writes the weights and biases of the linear layers, pruned weights as zeros.
  func write(_ network: Network) throws {
    var number = 0
    for (_, parameter) in network.parameters {
      if parameter.role == .weight { number += 1 }
      try write(parameter.values, "\(parameter.role.rawValue)\(number)")
    }
  }

  /// Writes the numbers of a tensor in the order of its indices.
  func write(_ tensor: Tensor, _ name: String) throws {
    try tensor.withUnsafeValues { try write(UnsafeRawBufferPointer($0), name) }
  }

  /// Writes bytes as they are.
  func write(_ bytes: UnsafeRawBufferPointer, _ name: String) throws {
    guard let file = fopen("\(path)/\(name)", "w") else {
      throw FileError(path: "\(path)/\(name)", operation: "open", code: errno)
    }
    defer { fclose(file) }
    guard fwrite(bytes.baseAddress, 1, bytes.count, file) == bytes.count else {
      throw FileError(path: "\(path)/\(name)", operation: "write", code: errno)
    }
  }

  /// The numbers in a file.
  static func floats(in path: String) throws -> [Float] {
    let file = try InputFile(path)
    return try file.bytes(at: 0, count: file.size).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }
}
