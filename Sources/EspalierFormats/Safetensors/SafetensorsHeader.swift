/// What a safetensors file says about its tensors, checked against the size of its data.
struct SafetensorsHeader {
  private(set) var metadata: [String: String] = [:]
  /// In the order of their data.
  private(set) var entries: [SafetensorsEntry] = []

  /// The limits of the format's reference implementation, and of the ranks that frameworks can hold.
  static let maximumByteCount = 100_000_000
  static let maximumRank = 64

  private let file: String

  init(_ bytes: [UInt8], dataCount: Int, file: String) throws {
    self.file = file
    var reader = JSONReader(bytes, file: file, place: "header")
    if bytes.first != UInt8(ascii: "{") { throw reader.error("'{', the first byte of the header") }
    try reader.readObject("the header") { name, reader in
      if name == "__metadata__" {
        try readMetadata(&reader)
      } else {
        entries.append(try readEntry(name, &reader))
      }
    }
    try reader.finish()
    sortByOffset()
    try checkLayout(dataCount: dataCount)
  }

  private mutating func readMetadata(_ reader: inout JSONReader) throws {
    try reader.readObject("__metadata__") { key, reader in
      metadata[key] = try reader.readString("__metadata__ \"\(key)\"")
    }
  }

  private func readEntry(_ name: String, _ reader: inout JSONReader) throws -> SafetensorsEntry {
    var type: SafetensorsType?
    var shape: [Int]?
    var offsets: [Int]?
    try reader.readObject("tensor \(name)") { key, reader in
      switch key {
      case "dtype":
        let word = try reader.readString("dtype")
        type = SafetensorsType(rawValue: word)
        if type == nil { throw error(name, expected: "a known dtype", found: word) }
      case "shape":
        shape = try readCounts(&reader, what: "shape", name: name, limit: SafetensorsHeader.maximumRank)
      case "data_offsets":
        offsets = try readCounts(&reader, what: "data_offsets", name: name, limit: 2)
      // The reference implementation also reads over members it does not know.
      default: try reader.skipValue()
      }
    }
    guard let type else { throw error(name, expected: "a dtype", found: "none") }
    guard let shape else { throw error(name, expected: "a shape", found: "none") }
    guard let offsets, offsets.count == 2 else {
      throw error(name, expected: "two data_offsets", found: "\(offsets?.count ?? 0)")
    }
    return try checked(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
  }

  private func readCounts(
    _ reader: inout JSONReader, what: String, name: String, limit: Int
  ) throws -> [Int] {
    var counts: [Int] = []
    try reader.readArray(what) { reader in
      guard counts.count < limit else {
        throw error(name, expected: "at most \(limit) numbers in \(what)", found: "more")
      }
      counts.append(try reader.readCount(what))
    }
    return counts
  }

  private func checked(
    name: String, type: SafetensorsType, shape: [Int], begin: Int, end: Int
  ) throws -> SafetensorsEntry {
    guard begin <= end else {
      throw error(name, expected: "data_offsets in order", found: "[\(begin), \(end)]")
    }
    guard let count = type.byteCount(shape: shape) else {
      throw error(name, expected: "a size that fits in memory", found: "\(type.rawValue) of shape \(shape)")
    }
    guard count == end - begin else {
      let expected = "\(byteCount(count)) for \(type.rawValue) of shape \(shape)"
      throw error(
        name, expected: expected, found: "\(byteCount(end - begin)) in data_offsets [\(begin), \(end)]")
    }
    return SafetensorsEntry(name: name, type: type, shape: shape, byteRange: begin..<end)
  }

  /// Sorts by begin, then end; tensors without elements keep the order of the header.
  private mutating func sortByOffset() {
    entries = entries.enumerated().sorted { left, right in
      let (a, b) = (left.element.byteRange, right.element.byteRange)
      return (a.lowerBound, a.upperBound, left.offset) < (b.lowerBound, b.upperBound, right.offset)
    }.map(\.element)
  }

  /// Each tensor starts where the one before ends, and the last ends with the file: nothing overlaps,
  /// nothing hides.
  private func checkLayout(dataCount: Int) throws {
    var end = 0
    for entry in entries {
      let range = entry.byteRange
      guard range.lowerBound == end else {
        let kind = range.lowerBound < end ? "an overlap" : "a hole"
        throw error(entry.name, expected: "data at offset \(end)", found: "\(range.lowerBound), \(kind)")
      }
      guard range.upperBound <= dataCount else {
        let found = "data up to offset \(range.upperBound)"
        throw error(entry.name, expected: "offsets within the \(byteCount(dataCount)) of data", found: found)
      }
      end = range.upperBound
    }
    guard end == dataCount else {
      throw FormatError(
        file: file, place: "data", expected: "\(byteCount(end)), the end of the last tensor",
        found: byteCount(dataCount))
    }
  }

  private func error(_ name: String, expected: String, found: String) -> FormatError {
    FormatError(file: file, place: "tensor \(name)", expected: expected, found: found)
  }
}
