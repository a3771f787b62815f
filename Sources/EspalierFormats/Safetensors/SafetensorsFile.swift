#if _endian(big)
  #error("Numbers in these files are little-endian and are read without conversion.")
#endif

/// One tensor in a safetensors file: what it is and where its bytes are.
public struct SafetensorsEntry: Sendable, Equatable {
  /// The name, unique in its file.
  public let name: String
  /// The element type.
  public let type: SafetensorsType
  /// The sizes of the dimensions, slowest first; empty for a single number.
  public let shape: [Int]
  /// Where the bytes are in the data part of the file.
  public let byteRange: Range<Int>

  /// The number of elements.
  public var count: Int { byteRange.count * 8 / type.bitWidth }
}

/// A safetensors file, open for reading.
///
/// Opening reads and checks the header only; a tensor's bytes are read from the file when they are asked
/// for, straight into the memory that is returned. The file stays open as long as the value (or a copy of
/// it) lives, so replacing it by renaming another over it does not disturb the reader.
///
/// The format: the length of the header (8 bytes, little-endian), a JSON object `{"name": {"dtype": …,
/// "shape": […], "data_offsets": [begin, end]}, …, "__metadata__": {…}}`, then the data. Source: the format
/// description of huggingface/safetensors.
public struct SafetensorsFile: Sendable {
  /// The free texts of the header's `__metadata__`.
  public let metadata: [String: String]
  /// All tensors, in the order of their data.
  public let entries: [SafetensorsEntry]

  private let file: InputFile
  private let dataOffset: Int
  private let indices: [String: Int]

  /// Opens a file and checks its header against its size.
  ///
  /// Checked before anything of an announced size is allocated: the header fits into the file and into 100
  /// MB, is one JSON object of valid UTF-8 without equal keys, every tensor has a known type, at most 64
  /// dimensions, and as many bytes as its shape takes, and the tensors cover the data without overlap, hole
  /// or rest.
  ///
  /// - Throws: `FileError` or `FormatError`.
  public init(contentsOf path: String) throws {
    file = try InputFile(path)
    let header = try SafetensorsFile.readHeader(of: file)
    dataOffset = 8 + header.count
    let content = try SafetensorsHeader(header, dataCount: file.size - dataOffset, file: path)
    metadata = content.metadata
    entries = content.entries
    indices = Dictionary(
      uniqueKeysWithValues: content.entries.enumerated().map { ($0.element.name, $0.offset) })
  }

  private static func readHeader(of file: InputFile) throws -> [UInt8] {
    func error(_ place: String, expected: String, found: String) -> FormatError {
      FormatError(file: file.path, place: place, expected: expected, found: found)
    }
    guard file.size >= 8 else {
      throw error("header length", expected: "8 bytes", found: byteCount(file.size))
    }
    let length = try file.bytes(at: 0, count: 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= file.size - 8 else {
      throw error(
        "header length", expected: "at most the \(byteCount(file.size - 8)) that follow", found: "\(length)")
    }
    guard length <= SafetensorsHeader.maximumByteCount else {
      throw error(
        "header length", expected: "at most \(SafetensorsHeader.maximumByteCount)", found: "\(length)")
    }
    return try file.bytes(at: 8, count: Int(length))
  }

  /// The path, as the caller gave it.
  public var path: String { file.path }

  /// The names of all tensors, in the order of their data.
  public var names: [String] { entries.map(\.name) }

  /// The tensor of a name, or nil if the file has none.
  public func entry(_ name: String) -> SafetensorsEntry? { indices[name].map { entries[$0] } }

  /// The tensor of a name.
  ///
  /// - Throws: `FormatError` if the file has none.
  public func requireEntry(_ name: String) throws -> SafetensorsEntry {
    if let entry = entry(name) { return entry }
    throw FormatError(
      file: path, place: "tensor \(name)", expected: "a tensor of this name",
      found: "none among \(entries.count)")
  }

  /// Reads bytes of a tensor that start `offset` bytes into it.
  func read(_ entry: SafetensorsEntry, at offset: Int = 0, into buffer: UnsafeMutableRawBufferPointer) throws
  {
    try file.read(into: buffer, at: dataOffset + entry.byteRange.lowerBound + offset)
  }
}
