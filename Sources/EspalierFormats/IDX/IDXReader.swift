/// Reads one IDX file, distrusting every byte of it.
struct IDXReader {
  static let unsignedByte: UInt8 = 0x08
  /// The announced size up to which a gzip file is believed before it is decompressed.
  private static let modestCount = 1 << 26

  let file: InputFile

  func read() throws -> IDXArray {
    let compressed = try file.isGzip()
    let source = try file.source()
    let dimensions = try readHeader(from: source)
    guard let count = checkedProduct(dimensions) else {
      throw error("sizes", expected: "an array that fits in memory", found: shape(dimensions))
    }
    let headerCount = 4 + 4 * dimensions.count
    if compressed {
      if count > IDXReader.modestCount { try requireDecompressed(dimensions, count: count) }
    } else if file.size - headerCount != count {
      throw wrongLength(dimensions, count: count, found: byteCount(file.size - headerCount))
    }
    try requireMemory(count, path: file.path)
    return IDXArray(
      dimensions: dimensions, bytes: try readElements(from: source, dimensions: dimensions, count: count))
  }

  private func readHeader(from source: any ByteSource) throws -> [Int] {
    let magic = try headerBytes(4, at: 0, from: source)
    guard magic[0] == 0 && magic[1] == 0 else {
      throw error("byte 0", expected: "00 00, the start of an IDX file", found: hexadecimal(magic[..<2]))
    }
    guard magic[2] == IDXReader.unsignedByte else {
      throw error("byte 2", expected: "element type 08 (unsigned byte)", found: typeName(magic[2]))
    }
    guard (1...4).contains(magic[3]) else {
      throw error("byte 3", expected: "a rank of 1 to 4", found: "\(magic[3])")
    }
    return try (0..<Int(magic[3])).map { index in
      try headerBytes(4, at: 4 + 4 * index, from: source).reduce(0) { $0 << 8 | Int($1) }
    }
  }

  private func headerBytes(_ count: Int, at offset: Int, from source: any ByteSource) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = try bytes.withUnsafeMutableBytes { buffer in try source.read(into: buffer) }
    guard got == count else {
      throw error("header, byte \(offset)", expected: byteCount(count), found: byteCount(got))
    }
    return bytes
  }

  private func readElements(
    from source: any ByteSource, dimensions: [Int], count: Int
  ) throws -> [UInt8] {
    let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = try source.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
    guard bytes.count == count else {
      throw wrongLength(dimensions, count: count, found: byteCount(bytes.count))
    }
    // Reading on is also what makes zlib compare the checksum at the end.
    var beyond: UInt8 = 0
    guard try withUnsafeMutableBytes(of: &beyond, { try source.read(into: $0) }) == 0 else {
      throw wrongLength(dimensions, count: count, found: "more")
    }
    return bytes
  }

  /// Decompresses once without keeping anything, up to what the header announces and no further.
  private func requireDecompressed(_ dimensions: [Int], count: Int) throws {
    let headerCount = 4 + 4 * dimensions.count
    let (limit, overflow) = headerCount.addingReportingOverflow(count)
    let found = try GzipSource(file).measure(limit: overflow ? .max - 1 : limit) - headerCount
    if found != count {
      throw wrongLength(dimensions, count: count, found: found > count ? "more" : byteCount(found))
    }
  }

  private func wrongLength(_ dimensions: [Int], count: Int, found: String) -> FormatError {
    error("elements", expected: "\(byteCount(count)) for \(shape(dimensions))", found: found)
  }

  private func error(_ place: String, expected: String, found: String) -> FormatError {
    FormatError(file: file.path, place: place, expected: expected, found: found)
  }

  private func shape(_ dimensions: [Int]) -> String {
    dimensions.map(String.init).joined(separator: " × ")
  }

  private func typeName(_ code: UInt8) -> String {
    let names: [UInt8: String] = [
      0x09: "signed byte", 0x0b: "16-bit integer", 0x0c: "32-bit integer", 0x0d: "float", 0x0e: "double",
    ]
    return hexadecimal([code]) + " (\(names[code] ?? "unknown"))"
  }
}
