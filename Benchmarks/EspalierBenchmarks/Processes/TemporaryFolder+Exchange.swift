import Espalier
import Glibc

/// Raw numbers for a peer, read by exchange.py.
extension TemporaryFolder {
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
