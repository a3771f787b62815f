/// Collects tensors and writes them as one safetensors file.
///
/// The bytes depend only on what was added and in which order: the same tensors make the same file on every
/// machine. The data of wider element types come first, so that every tensor is aligned to its elements (as
/// the reference implementation does); tensors of one width stay in the order in which they were added. The
/// header lists tensors in the order of their data and metadata sorted by key, and is padded with spaces to
/// 8 bytes.
public struct SafetensorsWriter {
  /// Hands a piece of a tensor's bytes to the file.
  public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

  /// Free texts for the header's `__metadata__`; left out when empty.
  public var metadata: [String: String]
  private var tensors: [Item] = []
  private var names: Set<String> = []

  private struct Item {
    let name: String
    let type: SafetensorsType
    let shape: [Int]
    let byteCount: Int
    let produce: (Sink) throws -> Void
  }

  /// Makes an empty collection.
  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Adds single-precision numbers, row-major.
  ///
  /// - Precondition: the name is new and not `__metadata__`; there are as many values as the shape holds.
  public mutating func add(_ name: String, _ values: [Float], shape: [Int]) {
    requireByteCount(4 * values.count, name, .float32, shape)
    add(name, type: .float32, shape: shape) { sink in try values.withUnsafeBytes(sink) }
  }

  /// Adds elements of any type as bytes, row-major and little-endian.
  ///
  /// - Precondition: the name is new and not `__metadata__`; there are as many bytes as type and shape take.
  public mutating func add(_ name: String, _ bytes: [UInt8], type: SafetensorsType, shape: [Int]) {
    requireByteCount(bytes.count, name, type, shape)
    add(name, type: type, shape: shape) { sink in try bytes.withUnsafeBytes(sink) }
  }

  /// Adds truth values (BOOL), row-major.
  ///
  /// - Precondition: the name is new and not `__metadata__`; there are as many values as the shape holds.
  public mutating func add(_ name: String, _ values: [Bool], shape: [Int]) {
    add(name, values.map { $0 ? 1 : 0 }, type: .bool, shape: shape)
  }

  /// Adds a tensor whose bytes are asked for only when the file is written.
  ///
  /// - Parameter bytes: hands all bytes, row-major and little-endian, to the sink, in as many pieces as
  ///   it likes. It is called once per ``write(to:)``.
  /// - Precondition: the name is new and not `__metadata__`; type and shape take a whole number of bytes.
  ///   (That the pieces add up to that number is a precondition of ``write(to:)``.)
  public mutating func add(
    _ name: String, type: SafetensorsType, shape: [Int], bytes: @escaping (Sink) throws -> Void
  ) {
    precondition(shape.allSatisfy { $0 >= 0 }, "tensor \(name) of shape \(shape)")
    guard let byteCount = type.byteCount(shape: shape) else {
      preconditionFailure("tensor \(name): \(type.rawValue) of shape \(shape) is not a number of bytes")
    }
    precondition(name != "__metadata__", "a tensor may not be called __metadata__")
    precondition(names.insert(name).inserted, "a second tensor \(name)")
    tensors.append(Item(name: name, type: type, shape: shape, byteCount: byteCount, produce: bytes))
  }

  private func requireByteCount(_ count: Int, _ name: String, _ type: SafetensorsType, _ shape: [Int]) {
    precondition(
      type.byteCount(shape: shape) == count,
      "tensor \(name): \(type.rawValue) of shape \(shape) from \(count) bytes")
  }

  /// The size of the file.
  var byteCount: Int {
    8 + paddedHeader(of: tensorsByAlignment()).count + tensors.reduce(0) { $0 + $1.byteCount }
  }

  /// Writes the file atomically (see ``AtomicFile``), tensor by tensor, without gathering them in memory.
  ///
  /// - Precondition: each tensor hands over exactly the bytes its type and shape take; the header (about
  ///   70 bytes and the name per tensor, and the metadata) is at most 100 MB.
  /// - Throws: `FileError`; what the closures of the tensors throw.
  public func write(to path: String) throws {
    let ordered = tensorsByAlignment()
    let header = paddedHeader(of: ordered)
    try AtomicFile.write(to: path) { output in
      try output.write((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) })
      try output.write(header)
      for tensor in ordered { try write(tensor, to: &output) }
    }
  }

  private func write(_ tensor: Item, to output: inout FileOutput) throws {
    let end = output.byteCount + tensor.byteCount
    try tensor.produce { piece in try output.write(piece) }
    let written = output.byteCount - end + tensor.byteCount
    precondition(
      output.byteCount == end, "tensor \(tensor.name) of \(tensor.byteCount) bytes gave \(written)")
  }

  private func tensorsByAlignment() -> [Item] {
    tensors.enumerated().sorted { left, right in
      (-left.element.type.bitWidth, left.offset) < (-right.element.type.bitWidth, right.offset)
    }.map(\.element)
  }

  private func paddedHeader(of ordered: [Item]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
      let texts = pairs.map { jsonString($0.key) + ":" + jsonString($0.value) }
      members.append("\"__metadata__\":{" + texts.joined(separator: ",") + "}")
    }
    var offset = 0
    for tensor in ordered {
      let end = offset + tensor.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        jsonString(tensor.name) + ":{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array(("{" + members.joined(separator: ",") + "}").utf8)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    precondition(
      header.count <= SafetensorsHeader.maximumByteCount,
      "a header of \(header.count) bytes, which no reader takes")
    return header
  }
}
